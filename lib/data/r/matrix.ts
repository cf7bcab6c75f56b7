import { canonical, csrFromDense, csrFromTriplets, type CsrMatrix, transpose } from "../../matrix/mod.ts";
import { attribute, classesOf, dimensionNames, dimensionsOf, isNumeric, isObject } from "./access.ts";
import type { RValue } from "./values.ts";

/** A matrix of R: its shape, its names, and its values by columns. */
export interface RMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly rowNames: readonly string[] | null;
  readonly colNames: readonly string[] | null;
  /** The values, one row of CSR a column of R. */
  readonly byColumn: () => CsrMatrix;
}

/** Kinds of the Matrix package that hold any matrix, by how they keep it. */
const SPARSE = /^([dln])g([CRT])Matrix$/;

/**
 * A matrix of numbers: R's own, or one of the Matrix package (dgCMatrix, dgTMatrix, dgRMatrix, dgeMatrix; also of
 * logicals or without values). Null of everything else.
 */
export function matrixOf(value: RValue): RMatrix | null {
  const shape = dimensionsOf(value);
  if (!shape) return null;
  const byColumn = isObject(value) ? objectValues(value, shape) : denseValues(value, shape);
  if (!byColumn) return null;
  const [rows, cols] = shape;
  const names = [dimensionNames(value, 0), dimensionNames(value, 1)] as const;
  requireShape(value, shape, names);
  return { rows, cols, rowNames: names[0], colNames: names[1], byColumn };
}

/** Rows or columns that a matrix may have beyond its values where nothing names them. */
const SPARE = 1 << 16;

/** Fails when a shape is only claimed: memory is taken for it. */
function requireShape(
  value: RValue,
  shape: Shape,
  names: readonly [readonly string[] | null, readonly string[] | null],
): void {
  const stored = ["x", "i", "j"].map((slot) => attribute(value, slot)).map((of) =>
    isNumeric(of) ? of.data.length : 0
  );
  const most = SPARE + Math.max(...stored, isNumeric(value) ? value.data.length : 0);
  shape.forEach((size, axis) => {
    const known = names[axis]?.length;
    if (known === undefined ? size <= most : size === known) return;
    throw new RangeError(
      `its shape ${shape[0]} x ${shape[1]} does not fit ${
        known === undefined ? "its values" : `${known} names`
      }`,
    );
  });
}

/** Of something that has two dimensions and is not read here: its class. */
export function foreignMatrix(value: RValue): string | null {
  const name = classesOf(value)[0];
  const isMatrix = isObject(value) && /Matrix|DelayedArray|SparseArray/.test(name ?? "");
  return isMatrix && !matrixOf(value) ? name : null;
}

type Shape = readonly [rows: number, cols: number];

function denseValues(value: RValue, [rows, cols]: Shape): (() => CsrMatrix) | null {
  if (!isNumeric(value)) return null;
  return () => {
    requireLength(value.data.length, rows * cols);
    return csrFromDense(value.data, cols, rows);
  };
}

function objectValues(value: RValue, shape: Shape): (() => CsrMatrix) | null {
  const name = classesOf(value)[0] ?? "";
  if (name === "dgeMatrix") return denseValues(attribute(value, "x"), shape);
  const [, of, order] = SPARSE.exec(name) ?? [];
  if (of === undefined) return null;
  const read = { C: compressedColumns, R: compressedRows, T: triplets }[order as "C" | "R" | "T"];
  return () => read(value, shape);
}

function compressedColumns(value: RValue, [rows, cols]: Shape): CsrMatrix {
  return compressed(value, { rows: cols, cols: rows, indices: "i" });
}

function compressedRows(value: RValue, [rows, cols]: Shape): CsrMatrix {
  return transpose(compressed(value, { rows, cols, indices: "j" }));
}

/** Values that lie compressed along `rows`; copies, for sorting must not change what other matrices share. */
function compressed(
  value: RValue,
  { rows, cols, indices: slot }: { rows: number; cols: number; indices: "i" | "j" },
): CsrMatrix {
  const indptr = integers(value, "p");
  const stored = integers(value, slot);
  requireLength(indptr.length, rows + 1);
  const ascending = indptr.every((at, i) => i === 0 ? at === 0 : at >= indptr[i - 1]);
  if (!ascending || indptr[rows] > stored.length) throw new RangeError("its column pointers do not fit");
  const indices = stored.slice(0, indptr[rows]);
  const matrix = { rows, cols, indptr, indices, data: valuesOf(value, indices.length) };
  return canonical(matrix);
}

function triplets(value: RValue, [rows, cols]: Shape): CsrMatrix {
  const [i, j] = [integers(value, "i"), integers(value, "j")];
  requireLength(j.length, i.length);
  const inside = i.every((row) => row >= 0 && row < rows) && j.every((col) => col >= 0 && col < cols);
  if (!inside) throw new RangeError("one of its entries lies outside");
  return csrFromTriplets({ rows: j, cols: i, values: valuesOf(value, i.length) }, { rows: cols, cols: rows });
}

/** The slot `x`, or ones if there is none (a pattern). */
function valuesOf(value: RValue, count: number): Float32Array {
  const x = attribute(value, "x");
  if (x === null && classesOf(value)[0]?.startsWith("n")) return new Float32Array(count).fill(1);
  if (!isNumeric(x) || x.data.length < count) throw new RangeError("its values do not fit its indices");
  return Float32Array.from(x.data.subarray(0, count));
}

function integers(value: RValue, slot: string): Int32Array {
  const found = attribute(value, slot);
  if (found?.kind === "integer") return found.data;
  throw new RangeError(`its slot ${slot} is missing`);
}

function requireLength(found: number, expected: number): void {
  if (found !== expected) throw new RangeError(`it holds ${found} values, ${expected} were expected`);
}
