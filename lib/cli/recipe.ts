import { splitName, type SplitRule } from "../baselines/mod.ts";
import {
  openRecipe,
  openSet,
  recipeNamed,
  RECIPES,
  runExperiment,
  type SetRecipe,
} from "../experiments/finetune/mod.ts";
import { bestOntology } from "../experiments/pretrain/mod.ts";
import type { Ontology } from "../ontology/mod.ts";
import { createExperimentCommand, parseSplit, runExperimentCommand } from "./experiment.ts";

/** The command of a task whose sets are recipes or files: T cells, and fine-tuning in general. */
export function createRecipeCommand(task: SetRecipe["task"], description: string) {
  return createRecipeFlags(task, description).action(async (flags) => {
    const ontology = await bestOntology();
    const own = await openFlagged(flags, task, ontology);
    const split = flags.split ? parseSplit(flags.split, own) : own.split;
    const name = splitName(split);
    const fileAs = name === splitName(own.split) ? undefined : `${own.set.name}_${name.replace("/", "-")}`;
    await runExperimentCommand(task, own.set, {
      flags,
      split: name,
      fileAs,
      ontology,
      run: (setup) =>
        runExperiment(own.set, {
          ...setup,
          task,
          split,
          repeats: flags.repeats ?? own.repeats,
          tune: { ...own.tune, ...setup.tune },
        }),
    });
    own.set.source.close();
  });
}

function createRecipeFlags(task: SetRecipe["task"], description: string) {
  const names = RECIPES.filter((recipe) => recipe.task === task).map(({ name }) => name).join(", ");
  return createExperimentCommand(task, description, `${names}, or a file of labelled cells (.h5ad, ...)`)
    .option("--label-key <column>", "with a file: obs column that is learned (default: cell_type)")
    .option("--group-key <column>", "with a file: obs column whose groups can be left out in turn")
    .option("--use-raw", "with a file: read raw in place of X")
    .option("--simulated", "use the simulated twin of a named set though its file is at hand");
}

type RecipeFlags = ReturnType<ReturnType<typeof createRecipeFlags>["opts"]>;

/** A set by its recipe or from a file, with its own split and repeats. */
async function openFlagged(flags: RecipeFlags, task: SetRecipe["task"], ontology: Ontology) {
  if (!RECIPES.some(({ name }) => name === flags.set) && /[./]/.test(flags.set)) {
    const { labelKey: labels, groupKey: groups, useRaw } = flags;
    const set = await openSet(flags.set, { labels, groups, useRaw, ontology });
    const split: SplitRule = groups ? { by: "groups", of: groups } : { by: "cells" };
    return { set, split, repeats: 1, groups, tune: undefined };
  }
  const recipe = recipeNamed(flags.set, task);
  const { seed, simulated } = flags;
  const set = await openRecipe(recipe, { seed, ontology, simulated });
  const tune = flags.preset === "paper" ? recipe.paper : undefined;
  return { set, split: recipe.split, repeats: recipe.repeats, groups: recipe.groups?.of, tune };
}
