import { join } from "node:path";
import type { ReadChoice } from "../../lib/annotate/mod.ts";
import { type Columns, type MatrixContent, writeH5ad } from "../../lib/data/mod.ts";
import type { CsrMatrix } from "../../lib/matrix/mod.ts";
import type { Baseline, Cell } from "./cells.ts";

/** The cells in one form, and what has to come of it. */
export interface Form {
  readonly group: "storage" | "names" | "values" | "refused";
  readonly name: string;
  /** Writes the cells and returns the path to give to annotate. */
  readonly write: (baseline: Baseline, folder: string) => string | Promise<string>;
  readonly choice?: ReadChoice;
  /**
   * The share of labels that has to be kept, of the cells that the form has; or what the one line has to say that
   * refuses it.
   */
  readonly kept: number | RegExp;
  /** What values have to be taken for. */
  readonly kind?: string;
  /** What a reader has to be told, in the evidence or a point to check. */
  readonly said?: RegExp;
  /** Labels are compared with those of the counts of every third gene. */
  readonly panel?: boolean;
}

/** Rows of values under the cells' columns. */
export type Rows = readonly (readonly number[])[];

/** The cells with other values. */
export function matrixOf(
  cells: readonly Cell[],
  genes: number,
  values: Rows = cells.map(({ counts }) => counts),
): CsrMatrix {
  const indptr = new Int32Array(cells.length + 1);
  cells.forEach(({ columns }, row) => indptr[row + 1] = indptr[row] + columns.length);
  return {
    rows: cells.length,
    cols: genes,
    indptr,
    indices: Int32Array.from(cells.flatMap(({ columns }) => columns)),
    data: Float32Array.from(values.flat()),
  };
}

/** Row-major values of all genes. */
export function denseOf(cells: readonly Cell[], genes: number): number[][] {
  return cells.map(({ columns, counts }) => {
    const row = new Array<number>(genes).fill(0);
    columns.forEach((column, i) => row[column] = counts[i]);
    return row;
  });
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

interface Content {
  readonly x?: MatrixContent;
  readonly varNames?: readonly string[];
  readonly var?: Columns;
  readonly obs?: Columns;
  readonly layers?: Readonly<Record<string, MatrixContent>>;
  readonly raw?: { readonly x: CsrMatrix; readonly varNames: readonly string[] };
}

/** Writes the cells to an `.h5ad`, with what is other than in the baseline. */
export async function save(baseline: Baseline, folder: string, content: Content = {}): Promise<string> {
  const { cells, genes } = baseline;
  const path = join(folder, "cells.h5ad");
  const { raw, ...other } = content;
  await writeH5ad(path, {
    x: matrixOf(cells, genes.length),
    obsNames: cells.map(({ name }) => name),
    varNames: genes,
    ...other,
  });
  if (raw) await addRaw(path, raw);
  return path;
}

async function addRaw(path: string, { x, varNames }: NonNullable<Content["raw"]>): Promise<void> {
  const { Hdf5File } = await import("../../lib/data/hdf5/file.ts");
  const { putFrame, putGroup } = await import("../../lib/data/h5ad/put.ts");
  const file = await Hdf5File.open(path, "a");
  putGroup(file, "raw");
  putFrame(file, "raw/var", { index: varNames, columns: {} });
  file.createGroup("raw/X");
  file.setAttribute("raw/X", "encoding-type", "csr_matrix");
  file.setAttribute("raw/X", "encoding-version", "0.1.0");
  file.setAttribute("raw/X", "shape", BigInt64Array.of(BigInt(x.rows), BigInt(x.cols)));
  file.createNumbers("raw/X/data", x.data);
  file.createNumbers("raw/X/indices", x.indices);
  file.createNumbers("raw/X/indptr", x.indptr);
  file.close();
}
