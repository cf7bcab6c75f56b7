import { dataError } from "../../runtime/mod.ts";
import { type CsrMatrix, type FrameColumn, takeValues, transpose } from "../../matrix/mod.ts";
import type { DenseArray } from "../h5ad/elements.ts";
import { frameOf, type RFrame } from "./columns.ts";
import { isNumeric } from "./access.ts";
import { matrixOf, type RMatrix } from "./matrix.ts";
import type { RValue } from "./values.ts";

/** Cells as a file of R's holds them, with one row a cell. */
export interface RCells {
  /** The matrix that was chosen, as messages name it: `RNA counts`. */
  readonly matrixName: string;
  readonly matrix: CsrMatrix;
  readonly obsNames: readonly string[];
  readonly varNames: readonly string[];
  readonly obs: ReadonlyMap<string, FrameColumn>;
  readonly var: ReadonlyMap<string, FrameColumn>;
  readonly obsm: ReadonlyMap<string, DenseArray>;
  /** Names that `--layer` takes. */
  readonly layers: readonly string[];
}

/** The matrix of an object to read: a layer's name, or raw. */
export interface LayerChoice {
  readonly layer?: string;
  readonly useRaw?: boolean;
}

/** One matrix of an object, read when it is chosen. */
export interface Layer {
  readonly name: string;
  readonly isCounts: boolean;
  readonly value: () => RMatrix;
}

/** The layer that was asked for; else counts, else the first. */
export function chooseLayer(layers: readonly Layer[], { layer, useRaw }: LayerChoice, object: string): Layer {
  const chosen = layer !== undefined
    ? layers.find(({ name }) => name === layer) ?? layers.find(({ name }) => name.endsWith(`/${layer}`))
    : layers.find(({ isCounts }) => isCounts) ?? (useRaw ? undefined : layers[0]);
  if (chosen) return chosen;
  const missing = layer !== undefined ? `layer "${layer}"` : useRaw ? "counts" : "matrix";
  throw dataError(
    `Cannot read ${object}: it has no ${missing} (layers: ${
      layers.map(({ name }) => name).join(", ") || "none"
    })`,
  );
}

/** Annotations in the order of `names`: by row names where the frame has them all, else as they stand if as long. */
export function alignFrame(frame: RFrame | null, names: readonly string[]): ReadonlyMap<string, FrameColumn> {
  const rows = frame && alignRows(frame.rowNames, frame.rows, names);
  if (!frame || !rows) return new Map();
  const isSame = rows.every((row, i) => row === i) && rows.length === frame.rows;
  return isSame
    ? frame.columns
    : new Map([...frame.columns].map(([name, column]) => [name, takeValues(column, rows)]));
}

/** Index of each of `names` in `rowNames`; null if they do not fit. */
export function alignRows(
  rowNames: readonly string[] | null,
  rows: number,
  names: readonly string[],
): Int32Array | null {
  if (rowNames) {
    const place = new Map(rowNames.map((name, row) => [name, row]));
    const found = Int32Array.from(names, (name) => place.get(name) ?? -1);
    if (names.length > 0 && found.every((row) => row >= 0)) return found;
  }
  return rows === names.length ? Int32Array.from(names.keys()) : null;
}

/** A matrix with one row a cell, such as a reduction, in the order of `obsNames`; null of what is none. */
export function cellRows(value: RValue, obsNames: readonly string[]): DenseArray | null {
  const columns = numericColumns(value);
  const rows = columns && alignRows(columns.rowNames, columns.rows, obsNames);
  if (!columns || !rows) return null;
  const width = columns.columns.length;
  const data = new Float32Array(rows.length * width);
  columns.columns.forEach((column, j) => rows.forEach((row, i) => data[i * width + j] = column[row]));
  return { shape: [rows.length, width], data };
}

interface NumericColumns {
  readonly rows: number;
  readonly rowNames: readonly string[] | null;
  readonly columns: readonly ArrayLike<number>[];
}

/** The columns of a dense matrix or of a frame of numbers. */
function numericColumns(value: RValue): NumericColumns | null {
  const matrix = isNumeric(value) ? matrixOf(value) : null;
  if (matrix && isNumeric(value) && value.data.length === matrix.rows * matrix.cols) {
    const { rows, cols, rowNames } = matrix;
    const columns = Array.from({ length: cols }, (_, j) => value.data.subarray(j * rows, (j + 1) * rows));
    return { rows, rowNames, columns };
  }
  const frame = frameOf(value);
  if (!frame) return null;
  const columns = [...frame.columns.values()].filter((column) =>
    column instanceof Float64Array || column instanceof Int32Array
  );
  return columns.length === 0 ? null : { rows: frame.rows, rowNames: frame.rowNames, columns };
}

/** Reductions by the names that scanpy gives them: "UMAP" is `X_umap`. */
export function reductionName(name: string): string {
  return `X_${name.replace(/^X_/, "").replaceAll(/[^A-Za-z0-9_.]/g, "_").toLowerCase()}`;
}

/** A matrix with one row a cell, whichever way R holds it. */
export function cellsByGenes(matrix: RMatrix, { rowsAre }: { rowsAre: "genes" | "cells" }): CsrMatrix {
  const byColumn = matrix.byColumn();
  return rowsAre === "genes" ? byColumn : transpose(byColumn);
}

/** `cell1`, `cell2`, ... where nothing names them. */
export const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${word}${i + 1}`);
