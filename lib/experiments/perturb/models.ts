import type { CellModel } from "../../cell/mod.ts";
import type { TermTable } from "../../ontology/mod.ts";
import { nameMatcher } from "../../genes/mod.ts";
import { createRng, usageError } from "../../runtime/mod.ts";
import { fitAdditive, fitForest, fitLinear, fitNoChange, fitSimilar, fitTrainMean } from "./baselines.ts";
import {
  byControl,
  byLoadings,
  byTerms,
  byTypeText,
  byVectors,
  type DescriptorMaker,
  symbolVectors,
} from "./descriptors.ts";
import { GEARS_EMBEDDINGS, type GearsOptions, type GearsSettings } from "./gears/settings.ts";
import { fitGears } from "./gears/train.ts";
import { cellModelVectors } from "./gene_embeddings.ts";
import { fitKriging } from "./kriging.ts";
import type { NamedFit } from "./run.ts";
import type { FitPerturbation } from "./model.ts";
import type { PerturbationSet } from "./set.ts";

/** What models may build on. */
export interface ModelResources {
  readonly terms: TermTable;
  /** The cell model whose genes, and types' texts, describe perturbations; none leaves its models out. */
  readonly cell?: CellModel;
}

/**
 * The baselines that fit a set: those that describe perturbed genes where there are several of them, those that describe the
 * cells where there are several backgrounds, additive where there are pairs.
 */
export function baselinesFor(set: PerturbationSet, { terms, cell }: ModelResources): NamedFit[] {
  const simple: NamedFit[] = [
    { name: "no_change", fit: fitNoChange },
    { name: "train_mean", fit: fitTrainMean },
  ];
  if (set.conditions.some(({ perturbed }) => perturbed.length > 1)) {
    simple.push({ name: "additive", fit: fitAdditive });
  }
  return [...simple, ...geneBaselines(set, { terms, cell }), ...contextBaselines(set, { terms, cell })];
}

function geneBaselines(set: PerturbationSet, { terms, cell }: ModelResources): NamedFit[] {
  if (set.perturbable.length < 2) return [];
  const vectors = cell && symbolVectors(cell);
  return [
    named(fitLinear, "linear_pca", byLoadings),
    { name: "kriging_go", fit: fitKriging },
    ...(set.perturbable.some((gene) => terms.has(gene)) ? described("go", byTerms) : []),
    ...(vectors && set.perturbable.some((gene) => vectors.of(gene))
      ? described("kcellfm", byVectors(vectors))
      : []),
  ];
}

function contextBaselines(set: PerturbationSet, { cell }: ModelResources): NamedFit[] {
  if (set.controls.length < 2) return [];
  const text = cell && byTypeText(cell.types);
  const knowsTexts = text !== undefined &&
    set.controls.some(({ context }) =>
      cell?.types.names.includes(context) || cell?.types.ids.includes(context)
    );
  return [...described("control", byControl), ...(knowsTexts ? described("text", text) : [])];
}

/**
 * GEARS alone, and on what kriging leaves over; and, with a cell model that knows some of the set's genes, on its vectors, on
 * noise of the same width, and on its vectors beside the co-expression graph.
 */
export function gearsFits(
  set: PerturbationSet,
  { cell, settings = {} }: { cell?: CellModel; settings?: Partial<GearsSettings> },
): NamedFit[] {
  const match = cell && nameMatcher(cell.vocabulary);
  const known = match ? set.genes.filter((gene) => typeof match(gene) !== "string").length : 0;
  const rng = createRng("control cells");
  const cellVectors = cell && cellModelVectors(cell, { genes: set.genes, total: set.total, rng });
  const fit = (own: Partial<GearsOptions>): FitPerturbation => (visible, split, options) =>
    fitGears(visible, split, { ...options, ...settings, ...own, cellModel: cell, cellVectors });
  const kinds = GEARS_EMBEDDINGS.filter((embeddings) => embeddings === "none" || known > 0);
  return [
    ...kinds.map((embeddings) => ({
      name: embeddings === "none" ? "gears" : `gears_${embeddings.replace("+", "_")}`,
      fit: fit({ embeddings }),
    })),
    { name: "gears_prior", fit: fit({ prior: true }) },
  ];
}

/** The three models on one description. */
const described = (suffix: string, make: DescriptorMaker): NamedFit[] => [
  named(fitLinear, `linear_${suffix}`, make),
  named(fitSimilar, `knn_${suffix}`, make),
  named(fitForest, `forest_${suffix}`, make),
];

const named = (fit: typeof fitLinear, name: string, make: DescriptorMaker): NamedFit => ({
  name,
  fit: fit(name, make),
});

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
