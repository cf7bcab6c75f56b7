import { engineName } from "../kernels/mod.ts";
import { writeResult } from "../metrics/mod.ts";
import type { Ontology } from "../ontology/mod.ts";
import { resultsDir, startBackend, usageError } from "../runtime/mod.ts";
import {
  type ExperimentRun,
  type ExperimentSet,
  namedCheckpoint,
  openRecipe,
  openSet,
  recipeNamed,
  RECIPES,
  runExperiment,
  type SetRecipe,
  shippedStart,
  type StartingPoint,
  type TuneSettings,
  untrained,
} from "../experiments/finetune/mod.ts";
import { splitName, type SplitRule } from "../baselines/mod.ts";
import { bestOntology } from "../experiments/pretrain/mod.ts";
import { createCommand, integer, oneOf } from "./flags.ts";
import { createProgress } from "./progress.ts";
import { resultTables } from "./results.ts";
import { interruptSignal } from "./run.ts";
import { terminalTable } from "./table.ts";

/** The flags of a command that fine-tunes: which set, how it is split, what it starts from and how it learns. */
export function createExperimentCommand(name: string, description: string, sets: string) {
  return createCommand(name, description, { out: "folder of the results file (default: data/results)" })
    .requiredOption("--set <name>", sets)
    .option(
      "--split <how>",
      "70/30 (any shares) or a way that the set has: leave-one-out, 5-shot, left-right, files (default: its own)",
    )
    .option("--repeats <n>", "times to split anew (default: the set's own)", integer({ min: 1 }))
    .option(
      "--checkpoint <folder>",
      "what to start from, or random (default: a shipped one that has not seen the set)",
    )
    .option("--epochs <n>", "passes over the training cells", integer({ min: 1 }))
    .option("--layers <n>", "upper layers that learn, or all", layerCount)
    .option("--length <n>", "genes a cell is read by, at most", integer({ min: 2 }))
    .option("--rate <x>", "highest learning rate", Number)
    .option("--class-weights <how>", "none or balanced", oneOf(["none", "balanced"]))
    .option("--no-ablations", "leave out the runs without pretraining and without the ontology")
    .option(
      "--save <folder>",
      "keep the tuned model of the first split: a checkpoint with its linear path and their weights",
    )
    .option(
      "--resume <folder>",
      "keep the state of each tuning there, from which the same command goes on when it was stopped",
    );
}

/** The flags of {@linkcode createExperimentCommand} once parsed. */
export interface ExperimentFlags {
  readonly set: string;
  readonly split?: string;
  readonly repeats?: number;
  readonly checkpoint?: string;
  readonly epochs?: number;
  readonly layers?: number | "all";
  readonly length?: number;
  readonly rate?: number;
  readonly classWeights?: "none" | "balanced";
  readonly ablations: boolean;
  readonly save?: string;
  readonly resume?: string;
  readonly preset: string;
  readonly seed: number;
  readonly backend?: string;
  readonly out?: string;
}

function layerCount(text: string): number | "all" {
  return text === "all" ? "all" : integer({ min: 0 })(text);
}

/** The rule that a text names; `groups` is the word for one group, where the set has some. */
export function parseSplit(text: string, { groups }: { groups?: string } = {}): SplitRule {
  const shares = text.match(/^(\d+)\/(\d+)$/);
  if (shares && Number(shares[1]) > 0 && Number(shares[2]) > 0) {
    return { by: "cells", test: Number(shares[2]) / (Number(shares[1]) + Number(shares[2])) };
  }
  const shots = text.match(/^(\d+)-shot$/);
  if (shots) return { by: "shots", shots: Number(shots[1]) };
  if (/^leave-one-(\w+-)?out$/.test(text) && groups) return { by: "groups", of: groups };
  throw usageError(
    `Cannot split by "${text}": expected shares such as 70/30, 5-shot${
      groups ? `, or leave-one-${groups}-out` : ""
    }`,
  );
}

/**
 * What a set is tuned from: `--checkpoint`, or a shipped one that has not seen it; random weights for "random" and for
 * presets of which none is shipped.
 */
export async function startFor(
  set: { readonly name: string },
  flags: ExperimentFlags,
): Promise<StartingPoint> {
  const { checkpoint, preset, seed } = flags;
  if (checkpoint === undefined) return await shippedStart(set.name, { preset, seed });
  if (checkpoint === "random") return await untrained(preset, seed);
  return await namedCheckpoint(set.name, checkpoint);
}

/** What differs between experiments beside their flags. */
export interface RunChoice {
  readonly task: string;
  readonly split: SplitRule;
  readonly repeats: number;
  readonly ontology: Ontology;
  readonly backend: string;
  /** Name of the results file's set, where the set is run in more ways than one; default the set's own. */
  readonly fileAs?: string;
  /** Settings that suit the set; flags override them. */
  readonly tune?: Partial<TuneSettings>;
}

/** Runs an experiment with a bar on stderr, writes its results file and prints its table. */
export async function runAndWrite(
  set: ExperimentSet,
  choice: RunChoice,
  flags: ExperimentFlags,
): Promise<ExperimentRun> {
  const start = await startFor(set, flags);
  console.error(
    `${set.name}: ${set.real ? "real" : "simulated"} cells, ${
      splitName(choice.split)
    }, starts from ${start.name}; ` +
      `preset ${flags.preset} ${JSON.stringify(start.model.config)}; ${choice.backend}`,
  );
  const bar = createProgress(choice.task, 1000);
  const { preset, seed, ablations, save, resume } = flags;
  const tune = { ...choice.tune, ...tuneFlags(flags) };
  const run = await runExperiment(set, {
    ...{ ...choice, preset, seed, ablations, save, resume, start, tune, signal: interruptSignal() },
    onProgress: ({ done, total, note }) => bar.update(Math.floor(1000 * done / total), ` ${note}`),
  });
  bar.finish();
  set.source.close();
  const result = { ...run.result, set: choice.fileAs ?? set.name };
  const path = await writeResult(result, flags.out ?? resultsDir());
  console.log(resultTables([result]).map(terminalTable).join("\n"));
  console.log(`Written: ${path}`);
  return run;
}

/** Settings that flags name; those left out are not there, so that they override nothing. */
export function tuneFlags(
  { epochs, layers, length, rate, classWeights }: ExperimentFlags,
): Partial<TuneSettings> {
  const named = { epochs, layers, length, peak: rate, classWeights };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

/** A set by its recipe or from a file, with its own split and repeats. */
async function openFlagged(flags: NamedFlags, task: SetRecipe["task"], ontology: Ontology) {
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

interface NamedFlags extends ExperimentFlags {
  readonly labelKey?: string;
  readonly groupKey?: string;
  readonly useRaw?: boolean;
  readonly simulated?: boolean;
}

/** The command of a task whose sets are recipes or files: T cells, and fine-tuning in general. */
export function createRecipeCommand(task: SetRecipe["task"], description: string) {
  const names = RECIPES.filter((recipe) => recipe.task === task).map(({ name }) => name).join(", ");
  return createExperimentCommand(task, description, `${names}, or a file of labelled cells (.h5ad, ...)`)
    .option("--label-key <column>", "with a file: obs column that is learned (default: cell_type)")
    .option("--group-key <column>", "with a file: obs column whose groups can be left out in turn")
    .option("--use-raw", "with a file: read raw in place of X")
    .option("--simulated", "use the simulated twin of a named set though its file is at hand")
    .action(async (flags) => {
      const backend = await startBackend(flags.backend);
      const ontology = await bestOntology();
      const own = await openFlagged(flags, task, ontology);
      const split = flags.split ? parseSplit(flags.split, own) : own.split;
      const isOwn = splitName(split) === splitName(own.split);
      const fileAs = isOwn ? own.set.name : `${own.set.name}_${splitName(split).replace("/", "-")}`;
      const repeats = flags.repeats ?? own.repeats;
      await runAndWrite(own.set, {
        task,
        split,
        repeats,
        ontology,
        fileAs,
        tune: own.tune,
        backend: engineName(backend),
      }, flags);
    });
}
