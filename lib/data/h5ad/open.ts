import { basename, dataError } from "../../runtime/mod.ts";
import { Hdf5File } from "../hdf5/file.ts";
import type { ElementStore } from "./store.ts";
import type { CellSource } from "../types.ts";
import { type DenseArray, type Element, isDenseArray } from "./elements.ts";
import { readElement } from "./encodings.ts";
import { readFrame } from "./frames.ts";
import { openMatrix } from "./matrix.ts";
import type { CsrMatrix, Frame } from "../../matrix/mod.ts";
import type { MatrixReader } from "./matrix_reader.ts";

/** The matrix of an `.h5ad` to read: `X` unless a layer or raw is requested. */
export interface MatrixChoice {
  /** A name in `layers`. */
  readonly layer?: string;
  /** `raw/X` with `raw/var`. */
  readonly useRaw?: boolean;
}

/** An open `.h5ad`: its cells by rows, and every other element by path, read when asked for. */
export interface H5ad extends CellSource {
  readonly path: string;
  /** The matrix with its path, storage and type: `X`, `csr`, `float32`. */
  readonly matrix: MatrixReader;
  readonly layers: readonly string[];
  readonly hasRaw: boolean;
  /** Names of the elements in a group such as `obsm`, `obsp`, `uns`; empty where the group is missing. */
  keys(group: string): string[];
  /** Any element by path: `uns/neighbors`, `obsp/distances`, `varm/PCs`. */
  element(path: string): Element;
  /** A numeric element of `obsm` such as `X_umap`. */
  obsm(name: string): DenseArray;
}

/**
 * Opens an `.h5ad` without loading its matrix.
 *
 * @throws {KcellfmError} tag "file" when it cannot be opened, "data" when it has no such matrix or names.
 */
export async function openH5ad(path: string, choice: MatrixChoice = {}): Promise<H5ad> {
  const file = await Hdf5File.open(path);
  try {
    return describeH5ad(file, choice);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The cells and elements of a file that is open already; closing them closes it. */
export function describeH5ad(file: ElementStore, choice: MatrixChoice): H5ad {
  const keys = (group: string) => file.kind(group) === "group" ? file.keys(group) : [];
  const raw = rawPrefix(file);
  const layers = keys("layers");
  const matrix = openMatrix(file, matrixPath(file, choice, { layers, raw }));
  const notes: string[] = [];
  const obs = requireFrame(file, "obs", { length: matrix.rows, notes });
  const vars = requireFrame(file, choice.useRaw ? `${raw}var` : "var", { length: matrix.cols, notes });
  return {
    path: file.path,
    name: basename(file.path),
    nObs: matrix.rows,
    nVars: matrix.cols,
    obsNames: obs.index,
    varNames: vars.index,
    obs,
    var: vars,
    matrix,
    layers,
    hasRaw: raw !== null,
    notes,
    keys,
    element: (at) => readElement(file, at),
    obsm: (name) => requireDense(file, `obsm/${name}`),
    rows: (start, end) => readRows(matrix, start, end),
    close: () => file.close(),
  };
}

/** `raw/` since anndata 0.7, `raw.` before. */
function rawPrefix(file: ElementStore): "raw/" | "raw." | null {
  if (file.kind("raw/X")) return "raw/";
  return file.kind("raw.X") ? "raw." : null;
}

function matrixPath(
  file: ElementStore,
  { layer, useRaw }: MatrixChoice,
  { layers, raw }: { layers: readonly string[]; raw: string | null },
): string {
  const wanted = layer !== undefined ? `layers/${layer}` : useRaw ? raw && `${raw}X` : "X";
  if (wanted && file.kind(wanted) && !isNull(file, wanted)) return wanted;
  const missing = layer !== undefined ? `layer "${layer}"` : useRaw ? "raw" : "X";
  throw dataError(
    `Cannot read ${missing} of ${file.path}: the file has no ${missing} ` +
      `(layers: ${layers.join(", ") || "none"}; raw: ${raw ? "yes" : "no"})`,
  );
}

const isNull = (file: ElementStore, path: string): boolean =>
  file.attribute(path, "encoding-type") === "null" ||
  file.kind(path) === "dataset" && file.info(path).shape === null;

function requireFrame(
  file: ElementStore,
  path: string,
  { length, notes }: { length: number; notes: string[] },
): Frame {
  if (!file.kind(path)) throw dataError(`Cannot read ${path} of ${file.path}: the file has no ${path}`);
  const frame = readFrame(
    file,
    path,
    readElement,
    ({ message }) => notes.push(`${message}. It was passed over.`),
  );
  if (frame.length === length) return frame;
  throw dataError(
    `Cannot read ${path} of ${file.path}: it names ${frame.length} rows, the matrix has ${length}`,
  );
}

function requireDense(file: ElementStore, path: string): DenseArray {
  const element = readElement(file, path);
  if (isDenseArray(element)) return element;
  throw dataError(`Cannot read ${path} of ${file.path}: a numeric array was expected`);
}

function readRows(matrix: MatrixReader, start: number, end: number): CsrMatrix {
  if (!(start >= 0 && start <= end && end <= matrix.rows)) {
    throw new RangeError(`Cannot read rows [${start}, ${end}) of ${matrix.path}: it has ${matrix.rows} rows`);
  }
  return matrix.read(start, end);
}
