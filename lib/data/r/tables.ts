import { GENE_LIKE } from "../tables/csv.ts";
import { csrFromDense, type FrameColumn } from "../../matrix/mod.ts";
import { frameOf } from "./columns.ts";
import type { RMatrix } from "./matrix.ts";
import type { RValue } from "./values.ts";

/** True if the genes of a matrix are its rows, as usual in R: unless more of its column names look like genes. */
export function genesAreRows({ rowNames, colNames }: Pick<RMatrix, "rowNames" | "colNames">): boolean {
  const genes = (names: readonly string[] | null) =>
    (names ?? []).filter((name) => GENE_LIKE.test(name)).length;
  return genes(colNames) <= genes(rowNames);
}

/** Columns of numbers that a frame needs to be a matrix rather than annotations. */
const LEAST = 10;

/** A data frame whose columns are mostly numbers as a matrix, the others as annotations; null of other frames. */
export function frameMatrix(
  value: RValue,
): { matrix: RMatrix; annotations: ReadonlyMap<string, FrameColumn> } | null {
  const frame = frameOf(value);
  if (!frame) return null;
  const isNumbers = (column: FrameColumn) => column instanceof Float64Array || column instanceof Int32Array;
  const numeric = [...frame.columns].filter(([, column]) => isNumbers(column));
  if (numeric.length < LEAST || 2 * numeric.length < frame.columns.size) return null;
  const { rows, rowNames } = frame;
  const byColumn = () => {
    const dense = new Float32Array(numeric.length * rows);
    numeric.forEach(([, column], j) => dense.set(column as Float64Array, j * rows));
    return csrFromDense(dense, numeric.length, rows);
  };
  const matrix = { rows, cols: numeric.length, rowNames, colNames: numeric.map(([name]) => name), byColumn };
  return { matrix, annotations: new Map([...frame.columns].filter(([, column]) => !isNumbers(column))) };
}
