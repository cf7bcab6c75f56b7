import { type Classifier, fitLogisticRegression, fitNeighbours } from "../baselines/mod.ts";
import type { ModelCells } from "../genes/mod.ts";
import { type CellLabels, type CellType, keyOf, type Ontology } from "../ontology/mod.ts";
import { createRng } from "../runtime/mod.ts";
import { readFeatures, sharedGenes } from "../cell/mod.ts";
import { type Pairs, type Scores, scoreTypes } from "./scores.ts";

/** A labelled file that baselines learn from. */
export interface BaselineReference {
  readonly cells: ModelCells;
  readonly labels: CellLabels;
}

/** The methods that a user would try first, fitted on the same genes and labels in the same run. */
const BASELINES = {
  logistic_regression: fitLogisticRegression,
  k_nearest_neighbours: fitNeighbours,
} as const;

/** Values in the reference's dense table at most (192 MB); a larger reference is sampled. */
const MAX_VALUES = 48_000_000;
const BLOCK = 512;

/**
 * Fits each baseline to the log1p values of the genes that both files have, and scores it on the labelled cells of
 * the query. A reference too large for a dense table is sampled by cells.
 */
export function scoreBaselines(
  reference: BaselineReference,
  query: { readonly cells: ModelCells; readonly pairs: Pairs },
  { ontology, seed, signal }: { ontology: Ontology; seed: number; signal?: AbortSignal },
): Record<string, Scores> {
  const genes = sharedGenes(reference.cells, query.cells);
  const rows = sampleRows(reference.labels, { seed, most: Math.floor(MAX_VALUES / genes.length) });
  const types = Array.from(rows, (row) => reference.labels[row]).filter((type) => type !== null);
  const byKey = new Map(types.map((type) => [keyOf(type), type]));
  const table = readFeatures(reference.cells, genes, rows);
  const scores = Object.entries(BASELINES).map(([name, fit]) => {
    signal?.throwIfAborted();
    const classifier = fit(table, types.map(keyOf), { seed });
    const called = predict(classifier, genes, query).map((key) => byKey.get(key) ?? { id: "", name: key });
    return [name, scoreTypes(query.pairs.truth, called, ontology)] as const;
  });
  return { ...scoreMajority(query.pairs.truth, ontology), ...Object.fromEntries(scores) };
}

/** The most frequent true type for every cell: what one could say without looking at any gene. */
export function scoreMajority(truth: readonly CellType[], ontology: Ontology): Record<string, Scores> {
  const groups = [...Map.groupBy(truth, keyOf).values()].sort((a, b) => b.length - a.length);
  return { majority: scoreTypes(truth, truth.map(() => groups[0][0]), ontology) };
}

function sampleRows(labels: CellLabels, { seed, most }: { seed: number; most: number }): Int32Array {
  const rows = Int32Array.from(labels.keys()).filter((row) => labels[row] !== null);
  if (rows.length <= most) return rows;
  const chosen = createRng(seed).split("baseline-rows").sample(rows.length, most);
  return chosen.map((at) => rows[at]).sort();
}

function predict(
  classifier: Classifier,
  genes: Int32Array,
  { cells, pairs }: { cells: ModelCells; pairs: Pairs },
): string[] {
  const labels: string[] = [];
  for (let start = 0; start < pairs.rows.length; start += BLOCK) {
    const rows = pairs.rows.subarray(start, start + BLOCK);
    labels.push(...classifier.predict(readFeatures(cells, genes, rows)).labels);
  }
  return labels;
}
