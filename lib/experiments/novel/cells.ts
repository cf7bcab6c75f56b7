import { type CellSource, memorySource } from "../../data/mod.ts";
import { type CsrMatrix, pickRows, stackRows } from "../../matrix/mod.ts";
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
  const byBlock = Map.groupBy(rows, (row) => Math.floor(row / BLOCK) * BLOCK);
  const blocks = [...byBlock].map(([start, picked]) =>
    pickRows(source.rows(start, Math.min(start + BLOCK, source.nObs)), picked.map((row) => row - start))
  );
  return stackRows(blocks, source.nVars);
}
