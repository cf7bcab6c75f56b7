import pl from "nodejs-polars";
import { bars, type Figure } from "../../figures/mod.ts";
import { engineName } from "../../kernels/mod.ts";
import {
  type ExperimentRun,
  type StartingPoint,
  unseenCheckpoint,
  untrained,
} from "../../experiments/finetune/mod.ts";
import { methodName } from "../finetune/mod.ts";
import { bestOntology } from "../../experiments/pretrain/mod.ts";
import {
  ownSplit,
  type PartSizes,
  type SpatialOptions,
  type SpatialSet,
} from "../../experiments/spatial/mod.ts";

/** Cells of a notebook's set: enough to learn from within a minute, or (`quick`) to see that all works. */
export const notebookCells = ({ quick }: { quick: boolean }): PartSizes =>
  quick ? { train: 400, test: 300 } : { train: 800, test: 600 };

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
    start,
    preset,
    seed,
    backend: engineName(backend),
    split: ownSplit(set.cells),
    repeats: 1,
    ablations: false,
    draws: 0,
    ontology: await bestOntology(),
    tune: { epochs: 5 },
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

/** A type and its shares in the cells to learn from and in those to report on, per cent. */
interface TypeShare {
  readonly type: string;
  readonly train: number;
  readonly test: number;
}

/** Shares of every type; rarest last. */
function sharesOf({ cells: { labels, isTest } }: Pick<SpatialSet, "cells">): TypeShare[] {
  const rows = [...labels.keys()].filter((row) => labels[row] !== null);
  const parts = [false, true].map((test) => rows.filter((row) => (isTest?.[row] ?? false) === test));
  const share = (type: string, of: number[]) =>
    Math.round(1000 * of.filter((row) => labels[row] === type).length / Math.max(1, of.length)) / 10;
  return [...new Set(rows.map((row) => labels[row] ?? ""))]
    .map((type) => ({ type, train: share(type, parts[0]), test: share(type, parts[1]) }))
    .sort((a, b) => b.train + b.test - a.train - a.test);
}

/** How common each type is in the two parts of a set. */
export function sharesFigure(set: Pick<SpatialSet, "cells">, title = "How common each type is"): Figure {
  const shares = sharesOf(set);
  return bars({
    title,
    categories: shares.map(({ type }) => type),
    series: [
      { name: "learned from", values: shares.map(({ train }) => train) },
      { name: "reported on", values: shares.map(({ test }) => test) },
    ],
    value: "share of the cells (%)",
    horizontal: true,
  });
}

/** {@linkcode sharesFigure} as a table. */
export function typeShares(set: Pick<SpatialSet, "cells">): pl.DataFrame {
  const shares = sharesOf(set);
  return pl.DataFrame({
    "cell type": shares.map(({ type }) => type),
    "learned from, %": shares.map(({ train }) => train),
    "reported on, %": shares.map(({ test }) => test),
  });
}
