import pl from "nodejs-polars";
import { engineName } from "../../kernels/mod.ts";
import { type ExperimentRun, type StartingPoint, unseenCheckpoint, untrained } from "../finetune/mod.ts";
import { methodName } from "../finetune/report.ts";
import { bestOntology } from "../pretrain/sources.ts";
import type { SpatialOptions } from "./experiment.ts";
import type { SpatialSet } from "./sets.ts";
import { ownSplit } from "./split.ts";

/** Cells of a notebook's set: enough to learn from within two minutes. */
export const NOTEBOOK_CELLS = { train: 1200, test: 800 } as const;

/** What a notebook's run was told. */
export interface NotebookChoice {
  readonly preset: string;
  readonly seed: number;
  readonly backend: { readonly name: string };
}

/** Options of a run that ends within two minutes: few epochs, no ablations, one reading a cell. */
export async function notebookRun(
  set: SpatialSet,
  { preset, seed, backend }: NotebookChoice,
): Promise<SpatialOptions> {
  const start: StartingPoint = await unseenCheckpoint(set.name, { preset }) ?? await untrained(preset, seed);
  return {
    ...{ start, preset, seed, backend: engineName(backend), split: ownSplit(set.cells), repeats: 1 },
    ...{ ablations: false, draws: 0, ontology: await bestOntology(), tune: { epochs: 5 } },
  };
}

/** What the header of a notebook says of a set. */
export const headerData = ({ name, origin, real, cells }: SpatialSet) => ({
  name: `${name}: ${origin}`,
  real,
  cells: cells.labels.filter((label) => label !== null).length,
  genes: cells.markers.length,
});

/** Scores that know the Cell Ontology, by method: subtypes forgiven, and how far off the wrong calls are. */
export function ontologyTable({ folds: [{ scores }] }: ExperimentRun): pl.DataFrame {
  const methods = Object.keys(scores).filter((name) => "ontology_accuracy" in scores[name]);
  const column = (metric: string) =>
    methods.map((name) => Math.round(1000 * (scores[name][metric] ?? 0)) / 1000);
  return pl.DataFrame({
    method: methods.map(methodName),
    accuracy: column("accuracy"),
    "ontology accuracy": column("ontology_accuracy"),
    "error distance": column("error_distance"),
  });
}

/** How often each type occurs in the cells to learn from and in those to report on, per cent; rarest last. */
export function typeShares({ cells: { labels, isTest } }: Pick<SpatialSet, "cells">): pl.DataFrame {
  const rows = [...labels.keys()].filter((row) => labels[row] !== null);
  const parts = [false, true].map((test) => rows.filter((row) => (isTest?.[row] ?? false) === test));
  const share = (type: string, of: number[]) =>
    Math.round(1000 * of.filter((row) => labels[row] === type).length / Math.max(1, of.length)) / 10;
  const types = [...new Set(rows.map((row) => labels[row] ?? ""))]
    .map((type) => ({ type, train: share(type, parts[0]), test: share(type, parts[1]) }))
    .sort((a, b) => b.train + b.test - a.train - a.test);
  return pl.DataFrame({
    "cell type": types.map(({ type }) => type),
    "learned from, %": types.map(({ train }) => train),
    "reported on, %": types.map(({ test }) => test),
  });
}
