import type { StoredTensor } from "../../data/tensors/mod.ts";
import type { TermTable } from "../../ontology/mod.ts";
import type { Recipe } from "./recipe.ts";
import type { PerturbationSet, PerturbationSplit, PerturbationTarget } from "./set.ts";
import type { Table } from "../../matrix/mod.ts";

/** A fitted model. */
export interface PerturbationModel {
  /** Name in tables and results files: letters, digits and _. */
  readonly name: string;
  /** Mean expression of the perturbed cells, one entry a gene, on the scale of the set. */
  predict(target: PerturbationTarget): Float32Array;
  /** The change of each gene before it is stopped at 0 expression, where the model knows it. */
  change?(target: PerturbationTarget): Float32Array;
  /** Single cells of the prediction, where the model has some; else control cells shifted by the predicted change. */
  predictCells?(target: PerturbationTarget): Table;
  /** Frees what the model holds outside of JavaScript's memory, once it has predicted all. */
  dispose?(): void;
  /**
   * The change that was predicted for each condition of training and validation by a fit that had not seen it: by these
   * models are compared, joined, and given intervals.
   */
  readonly heldOut?: ReadonlyMap<string, Float32Array>;
  /** Recipe for rebuilding the model from the conditions that it learned from, */
  readonly recipe?: Recipe;
  /** and its weights, where it has some. */
  readonly weights?: ReadonlyMap<string, StoredTensor>;
}

/** Options of every model beside the cells. */
export interface FitPerturbationOptions {
  readonly seed: number;
  /** GO terms (or simulated modules) of genes. */
  readonly terms: TermTable;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * Fits a model on the training conditions, choosing by the validation conditions. The set that it is handed holds no
 * test condition, so that none can leak; the split still names them.
 */
export type FitPerturbation = (
  set: PerturbationSet,
  split: PerturbationSplit,
  options: FitPerturbationOptions,
) => PerturbationModel | Promise<PerturbationModel>;
