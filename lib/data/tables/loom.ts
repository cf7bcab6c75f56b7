import { csrFromDense, type CsrMatrix, Frame, type FrameColumn, transpose } from "../../matrix/mod.ts";
import { basename, dataError } from "../../runtime/mod.ts";
import { type DenseArray, isDenseArray } from "../h5ad/elements.ts";
import { readArray } from "../h5ad/encodings.ts";
import type { Hdf5File } from "../hdf5/file.ts";

import type { CellSource } from "../types.ts";

/** Attributes that hold the names of cells and genes in loom files, tried in this order. */
const CELL_NAMES = ["CellID", "cell_names", "obs_names", "Cell", "cellID", "barcode", "Barcode"];
const GENE_NAMES = ["Gene", "gene_names", "var_names", "gene_name", "GeneName", "Symbol", "Accession"];

export const isLoom = (file: Hdf5File): boolean =>
  ["row_attrs", "col_attrs"].every((name) => file.kind(name) === "group") &&
  file.kind("matrix") === "dataset";

/** A loom file, with what is said of its cells. */
export interface LoomSource extends CellSource {
  readonly layers: readonly string[];
  keys(group: string): string[];
  obsm(name: string): DenseArray;
}

/**
 * A loom file (versions 2 and 3), read by slices of cells: its matrix and layers are genes by cells. Attributes of columns
 * and rows become obs and var, those with several values a cell obsm. The file is closed with the source.
 *
 * Format: loompy, "Loom file format specs" 3.0.
 *
 * @throws {KcellfmError} tag "data", when its parts do not fit each other, or the layer is not there.
 */
export function openLoom(file: Hdf5File, { layer }: { layer?: string }): LoomSource {
  const layers = file.kind("layers") === "group" ? file.keys("layers") : [];
  const path = layer === undefined ? "matrix" : `layers/${layer}`;
  if (file.kind(path) !== "dataset") {
    throw dataError(
      `Cannot read ${path} of ${file.path}: it has no such layer (layers: ${layers.join(", ") || "none"})`,
    );
  }
  const [genes, cells] = file.info(path).shape ?? [];
  const columns = attributes(file, "col_attrs", cells);
  const rows = attributes(file, "row_attrs", genes);
  const obsNames = namesAmong(columns, CELL_NAMES) ?? Array.from({ length: cells }, (_, i) => `cell${i + 1}`);
  const varNames = namesAmong(rows, GENE_NAMES);
  if (!varNames) {
    throw dataError(
      `Cannot read ${file.path}: none of its row attributes names the genes (${GENE_NAMES.join(", ")})`,
    );
  }
  const reader = new ColumnWindow(file, path, { genes, cells });
  return {
    name: basename(file.path),
    nObs: cells,
    nVars: genes,
    obsNames,
    varNames,
    obs: new Frame(obsNames, columns.frame),
    var: new Frame(varNames, rows.frame),
    layers,
    keys: (group) => group === "obsm" ? [...columns.arrays.keys()] : [],
    obsm: (name) => {
      const found = columns.arrays.get(name);
      if (found) return found;
      throw dataError(
        `Cannot read ${name} of ${file.path}: no attribute has several values a cell under that name`,
      );
    },
    rows: (start, end) => reader.rows(start, end),
    close: () => file.close(),
  };
}

interface Attributes {
  readonly frame: ReadonlyMap<string, FrameColumn>;
  readonly arrays: ReadonlyMap<string, DenseArray>;
}

function attributes(file: Hdf5File, group: string, length: number): Attributes {
  const [frame, arrays] = [new Map<string, FrameColumn>(), new Map<string, DenseArray>()];
  for (const name of file.keys(group)) {
    if (file.kind(`${group}/${name}`) !== "dataset") continue;
    const element = readArray(file, `${group}/${name}`);
    if (isDenseArray(element) && element.shape[0] === length) {
      if (element.shape.length === 1) frame.set(name, element.data);
      else arrays.set(name, element);
    } else if (Array.isArray(element) && element.length === length) frame.set(name, element);
  }
  return { frame, arrays };
}

function namesAmong({ frame }: Attributes, names: readonly string[]): readonly string[] | null {
  const found = names.map((name) => frame.get(name)).find((column) =>
    Array.isArray(column) && column.every((value) => typeof value === "string")
  );
  return found ? found as readonly string[] : null;
}

/** Values that are read ahead: 16 MB as float32. */
const AHEAD = 1 << 22;

/** A matrix of genes by cells seen by cells, through a stretch of columns that starts and ends on chunks. */
class ColumnWindow {
  #low = 0;
  #block: CsrMatrix | null = null;

  constructor(
    readonly file: Hdf5File,
    readonly path: string,
    readonly shape: { readonly genes: number; readonly cells: number },
  ) {}

  rows(start: number, end: number): CsrMatrix {
    if (!this.#block || start < this.#low || end > this.#low + this.#block.rows) this.#fetch(start, end);
    const { indptr, indices, data, cols } = this.#block!;
    const [from, to] = [indptr[start - this.#low], indptr[end - this.#low]];
    return {
      rows: end - start,
      cols,
      indptr: indptr.slice(start - this.#low, end - this.#low + 1).map((at) => at - from),
      indices: indices.slice(from, to),
      data: data.slice(from, to),
    };
  }

  #fetch(start: number, end: number): void {
    const { genes, cells } = this.shape;
    const chunk = this.file.info(this.path).chunks?.[1] ?? 1;
    const ahead = Math.max(end - start, Math.floor(AHEAD / Math.max(genes, 1)));
    this.#low = Math.floor(start / chunk) * chunk;
    const high = Math.min(cells, Math.ceil((start + ahead) / chunk) * chunk);
    const dense = this.file.numbers(this.path, Float32Array, {
      start: this.#low,
      count: high - this.#low,
      axis: 1,
    });
    this.#block = transpose(csrFromDense(dense, genes, high - this.#low));
  }
}
