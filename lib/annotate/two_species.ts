import type { CellSource } from "../data/mod.ts";
import { selectColumns } from "../matrix/mod.ts";

/** A source of some genes (ascending columns) of another. */
export function selectGenes<T extends CellSource>(source: T, columns: Int32Array): T {
  return {
    ...source,
    nVars: columns.length,
    varNames: Array.from(columns, (column) => source.varNames[column]),
    var: source.var.rows(columns),
    rows: (start, end) => selectColumns(source.rows(start, end), columns),
  };
}

const BLOCK = 1024;

/** 1 for each cell more than half of whose values' sum is of foreign genes. */
export function isMostlyForeign(source: CellSource, foreign: Uint8Array): Uint8Array {
  const mostly = new Uint8Array(source.nObs);
  for (let start = 0; start < source.nObs; start += BLOCK) {
    const { rows, indptr, indices, data } = source.rows(start, Math.min(start + BLOCK, source.nObs));
    for (let row = 0; row < rows; row++) {
      let [own, other] = [0, 0];
      for (let k = indptr[row]; k < indptr[row + 1]; k++) {
        if (foreign[indices[k]]) other += data[k];
        else own += data[k];
      }
      mostly[start + row] = Number(other > own);
    }
  }
  return mostly;
}
