import { type CellSource, memorySource } from "../../data/mod.ts";
import { concatenate, type CsrMatrix } from "../../matrix/mod.ts";
import type { Study } from "../pretrain/mod.ts";

/** Rows read from a file at once. */
const BLOCK = 1024;

/** The named cells of a study as a study of their own, in memory: nothing of the other cells is left. */
export function pickCells({ name, source, types }: Study, rows: readonly number[]): Study {
  const picked = [...rows].sort((a, b) => a - b);
  return {
    name,
    source: memorySource({
      name,
      matrix: readRows(source, picked),
      obsNames: picked.map((row) => source.obsNames[row]),
      varNames: source.varNames,
      var: source.var,
    }),
    types: picked.map((row) => types[row]),
  };
}

/** Rows of the cells that are of one of `ids`. */
export function rowsOfTypes({ types }: Study, ids: ReadonlySet<string>): number[] {
  return [...types.keys()].filter((row) => {
    const id = types[row];
    return id !== null && ids.has(id);
  });
}

/** Some rows of a source, ascending, read block by block. */
function readRows(source: CellSource, rows: readonly number[]): CsrMatrix {
  const indptr = new Int32Array(rows.length + 1);
  const indices: Int32Array[] = [];
  const data: Float32Array[] = [];
  const byBlock = Map.groupBy(rows.keys(), (at) => Math.floor(rows[at] / BLOCK));
  for (const [block, places] of byBlock) {
    const start = block * BLOCK;
    const read = source.rows(start, Math.min(start + BLOCK, source.nObs));
    for (const at of places) {
      const [from, to] = [read.indptr[rows[at] - start], read.indptr[rows[at] - start + 1]];
      indptr[at + 1] = indptr[at] + to - from;
      indices.push(read.indices.slice(from, to));
      data.push(read.data.slice(from, to));
    }
  }
  return {
    rows: rows.length,
    cols: source.nVars,
    indptr,
    indices: concatenate(indices, new Int32Array(indptr[rows.length])),
    data: concatenate(data, new Float32Array(indptr[rows.length])),
  };
}
