import { byControl, byLoadings, byTypeText, TYPE_TEXT } from "../describe/contexts.ts";
import { type Description, NOTHING } from "../describe/descriptor.ts";
import { byGenes, type GeneFeatures, JOINED, joinFeatures } from "../describe/genes.ts";
import type { ChangeModel } from "../learn/changes.ts";
import { learned, type LearnOptions } from "../learn/chosen.ts";
import { ensembleOf } from "../learn/ensemble.ts";
import type { EnsembleRecipe, LearnedRecipe } from "../recipe.ts";
import { modelError } from "../../../runtime/mod.ts";

/** Makes a model again from its recipe, by the very steps that made it first. */
export function revive(
  recipe: LearnedRecipe | EnsembleRecipe,
  features: readonly GeneFeatures[],
  options: LearnOptions,
): ChangeModel {
  if (recipe.kind === "learned") {
    const description = descriptionNamed(recipe.description, features);
    return learned({ name: recipe.name, learner: recipe.learner, description }, recipe.choice, options);
  }
  const members = recipe.members.map(({ weight, recipe }) => ({
    weight,
    member: { ...revive(recipe, features, options), recipe },
  }));
  return ensembleOf(recipe.name, members);
}

/** A description by the name that recipes have for it. @throws {KcellfmError} tag "model", when its features are missing. */
export function descriptionNamed(name: string, features: readonly GeneFeatures[]): Description {
  const fixed = [NOTHING, byControl, byLoadings].find((known) => known.name === name);
  if (fixed) return fixed;
  if (name === JOINED) return byGenes(joinFeatures(features.filter((own) => own.name !== TYPE_TEXT)));
  const found = features.find((own) => own.name === name);
  if (!found) {
    throw modelError(`Cannot make the model again: it reads features "${name}", which are not stored`);
  }
  return name === TYPE_TEXT ? byTypeText(found) : byGenes(found);
}
