import type { FeatureTable } from "../../baselines/mod.ts";
import { type ModelCells, readModelCells } from "../../genes/cells.ts";

const BLOCK = 512;

/** Genes of the vocabulary that both files have, ascending: what a baseline can learn from one and use on the other. */
export function sharedGenes(a: ModelCells, b: ModelCells): Int32Array {
  const inB = new Set(b.tokenOf);
  return Int32Array.from(new Set(a.tokenOf)).filter((token) => token >= 0 && inB.has(token)).sort();
}

/** log1p values of `rows` (ascending) at `genes`, dense. */
export function readFeatures(cells: ModelCells, genes: Int32Array, rows: Int32Array): FeatureTable {
  const columnOf = new Int32Array(cells.genes).fill(-1);
  genes.forEach((token, column) => columnOf[token] = column);
  const features = new Float32Array(rows.length * genes.length);
  for (let at = 0; at < rows.length;) {
    const start = rows[at];
    const block = readModelCells(cells, start, Math.min(start + BLOCK, cells.source.nObs));
    for (; at < rows.length && rows[at] < start + BLOCK; at++) {
      const row = rows[at] - start;
      for (let i = block.indptr[row]; i < block.indptr[row + 1]; i++) {
        const column = columnOf[block.indices[i]];
        if (column >= 0) features[at * genes.length + column] = block.data[i];
      }
    }
  }
  return { features, rows: rows.length, cols: genes.length };
}
