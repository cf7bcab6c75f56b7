import { geneInformativeness } from "../baselines/mod.ts";
import { type LabelledCells, type ModelCells, orderedBatches, readRows } from "../genes/mod.ts";
import { denseColumns, type Table, unitRows } from "../matrix/mod.ts";

/** Genes of the vocabulary that both files have, ascending: what a baseline can learn from one and use on the other. */
export function sharedGenes(a: ModelCells, b: ModelCells): Int32Array {
  const inB = new Set(b.tokenOf);
  return Int32Array.from(new Set(a.tokenOf)).filter((token) => token >= 0 && inB.has(token)).sort();
}

/** Genes that tables of values have at most. */
export const FEATURE_GENES = 2000;

/** The genes that say most of the classes of some cells, ascending; all where there are no more than fit a table. */
export function informativeGenes(
  genes: Int32Array,
  cells: LabelledCells,
  classes: number,
): Int32Array {
  if (genes.length <= FEATURE_GENES) return genes;
  const weights = geneInformativeness(orderedBatches([cells], 256), { genes: cells.genes, classes });
  return genes.toSorted((a, b) => weights[b] - weights[a]).slice(0, FEATURE_GENES).sort();
}

/**
 * {@linkcode readFeatures} with each cell scaled to length one: technologies differ in how many molecules of a cell they
 * find, and with it in the length of its log1p values.
 */
export function readUnitFeatures(cells: ModelCells, genes: Int32Array, rows: Int32Array): Table {
  return unitRows(readFeatures(cells, genes, rows));
}

/** log1p values of `rows` (ascending) at `genes`, dense. */
export function readFeatures(cells: ModelCells, genes: Int32Array, rows: Int32Array): Table {
  const data = new Float32Array(rows.length * genes.length);
  for (const { at, cells: block } of readRows(cells, rows)) {
    data.set(denseColumns(block, genes).data, at * genes.length);
  }
  return { data, rows: rows.length, cols: genes.length };
}
