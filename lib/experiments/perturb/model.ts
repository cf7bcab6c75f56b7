import type { TermTable } from "../../ontology/mod.ts";
import type { PerturbationSet, PerturbationSplit, PerturbationTarget } from "./set.ts";
import type { Table } from "../../matrix/mod.ts";

/** A fitted model. */
export interface PerturbationModel {
  /** As in tables and results files: letters, digits and _. */
  readonly name: string;
  /** Mean expression of the perturbed cells, one entry a gene, on the scale of the set. */
  predict(target: PerturbationTarget): Float32Array;
  /** Single cells of the prediction, where the model has some; else control cells shifted by the predicted change. */
  predictCells?(target: PerturbationTarget): Table;
  /** Frees what the model holds outside of JavaScript's memory, once it has predicted all. */
  dispose?(): void;
}

/** What every model is fitted with beside the cells. */
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
