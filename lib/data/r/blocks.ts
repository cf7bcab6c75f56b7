import { canonical, type CsrMatrix, moveColumns, pickRows, stackRows } from "../../matrix/mod.ts";

/** The same rows over more columns: those named `from` take their places among `to`. */
export function embedColumns(matrix: CsrMatrix, from: readonly string[], to: readonly string[]): CsrMatrix {
  const place = new Map(to.map((name, i) => [name, i]));
  const placeOf = Int32Array.from(from, (name) => place.get(name) ?? -1);
  return moveColumns(matrix, { placeOf, cols: to.length });
}

/** Rows of several matrices in the order that `order` lists them, counted over all; columns ascending. */
export const concatenateRows = (matrices: readonly CsrMatrix[], order: Int32Array): CsrMatrix =>
  canonical(pickRows(stackRows(matrices), order));
