import { usageError } from "../../runtime/mod.ts";
import { byControl, byLoadings, byTypeText } from "./describe/contexts.ts";
import { type Description, NOTHING } from "./describe/descriptor.ts";
import { byGenes, type GeneFeatures } from "./describe/genes.ts";
import { fitChosen, type ModelSpec } from "./learn/chosen.ts";
import { fitEnsemble, fitWinner } from "./learn/ensemble.ts";
import type { FitPerturbation } from "./model.ts";
import type { NamedFit } from "./run.ts";
import type { PerturbationSet } from "./set.ts";

/** Resources that models may build on. */
export interface ModelResources {
  /** Facts about genes, each an ablation. */
  readonly features: readonly GeneFeatures[];
  /** Texts of cell types, which describe backgrounds; none leaves those models out. */
  readonly types?: GeneFeatures;
}

/** Nothing changes. */
export const NO_CHANGE: ModelSpec = {
  name: "no_change",
  learner: "no_change",
  description: NOTHING,
  powers: [0],
  sized: false,
};
/** The mean change of all conditions that may be seen: what others are measured against. */
export const TRAIN_MEAN: ModelSpec = {
  name: "train_mean",
  learner: "mean",
  description: NOTHING,
  powers: [0],
  sized: false,
};
/** The same with every change at length one, so that the strongest do not rule. */
export const MEAN_DIRECTION: ModelSpec = {
  name: "mean_direction",
  learner: "mean",
  description: NOTHING,
  powers: [1],
};
/** Pairs do what their genes do alone, summed. */
export const ADDITIVE: ModelSpec = {
  name: "additive",
  learner: "additive",
  description: NOTHING,
  powers: [0],
  sized: false,
};

/**
 * The models that fit a set, GEARS apart: the means; additive, where there are pairs; four learners on each description of perturbed
 * genes, where there are several of them, and of the cells, where there are several backgrounds.
 */
export function specsFor(set: PerturbationSet, resources: ModelResources): ModelSpec[] {
  const hasPairs = set.conditions.some(({ perturbed }) => perturbed.length > 1);
  const genes = set.perturbable.length > 1 ? geneDescriptions(set, resources) : [];
  const contexts = set.controls.length > 1 ? contextDescriptions(set, resources) : [];
  return [
    ...[NO_CHANGE, TRAIN_MEAN, MEAN_DIRECTION],
    ...(hasPairs ? [ADDITIVE] : []),
    ...(set.perturbable.length > 1 ? [specOf("linear", byLoadings)] : []),
    ...[...genes, ...contexts].flatMap(described),
  ];
}

function geneDescriptions({ perturbable }: PerturbationSet, { features }: ModelResources): Description[] {
  return features.filter(({ has }) => perturbable.some(has)).map(byGenes);
}

function contextDescriptions({ controls }: PerturbationSet, { types }: ModelResources): Description[] {
  const knowsTexts = controls.some(({ context }) => types?.has(context));
  return [byControl, ...(types && knowsTexts ? [byTypeText(types)] : [])];
}

/** The four learners on one description. */
const described = (description: Description): ModelSpec[] =>
  (["linear", "knn", "forest", "kriging"] as const).map((learner) => specOf(learner, description));

const specOf = (learner: "linear" | "knn" | "forest" | "kriging", description: Description): ModelSpec => ({
  name: `${learner}_${description.name}`,
  learner,
  description,
});

/**
 * {@linkcode specsFor} as fits, then `ensemble`, which joins them by their predictions for conditions held out, and `auto`, the
 * best of all by the same. Each model is fitted once a split, whoever asks.
 */
export function baselinesFor(set: PerturbationSet, resources: ModelResources): NamedFit[] {
  const all = specsFor(set, resources).map((spec) => ({ name: spec.name, fit: onceASplit(fitChosen(spec)) }));
  const learners = all.filter(({ name }) => name !== "no_change").map(({ fit }) => fit);
  const ensemble = onceASplit(fitEnsemble("ensemble", learners));
  return [
    ...all,
    { name: "ensemble", fit: ensemble },
    { name: "auto", fit: fitWinner("auto", [...learners, ensemble]) },
  ];
}

/** Remembers what was fitted to a set; the models of a split see one set. */
function onceASplit(fit: FitPerturbation): FitPerturbation {
  const kept = new WeakMap<PerturbationSet, ReturnType<FitPerturbation>>();
  return (set, split, options) => {
    const known = kept.get(set);
    if (known) return known;
    const model = fit(set, split, options);
    kept.set(set, model);
    return model;
  };
}

/**
 * The models of those names, in the order of `all`; all of them for none.
 *
 * @throws {KcellfmError} tag "usage", for a name that is not there.
 */
export function chooseModels(all: readonly NamedFit[], names: readonly string[]): readonly NamedFit[] {
  const unknown = names.find((name) => !all.some((model) => model.name === name));
  if (unknown !== undefined) {
    throw usageError(
      `Cannot run the model "${unknown}" on this set: it has ${all.map(({ name }) => name).join(", ")}`,
    );
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}
