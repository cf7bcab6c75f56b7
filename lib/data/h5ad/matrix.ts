import { dataError } from "../../runtime/mod.ts";
import type { ElementStore } from "./store.ts";
import { typeName } from "../hdf5/types.ts";
import { csrFromDense, type CsrMatrix } from "../../matrix/mod.ts";
import { checked, requirePointers } from "./checks.ts";
import { cscReader } from "./csc.ts";
import { Window } from "./window.ts";
import type { MatrixReader } from "./matrix_reader.ts";

/**
 * The matrix stored at `path`: a dense dataset, or a CSR or CSC group of any numeric type, in the encodings of
 * AnnData's on-disk specification and the `h5sparse_format` attributes that came before it.
 *
 * @throws {KcellfmError} tag "file" or "data", with the element's path.
 */
export function openMatrix(file: ElementStore, path: string): MatrixReader {
  if (file.kind(path) === "dataset") return denseReader(file, path);
  const format = sparseFormat(file, path);
  const shape = file.attribute(path, "shape") ?? file.attribute(path, "h5sparse_shape");
  if (!format || !Array.isArray(shape) || shape.length !== 2) {
    throw dataError(`Cannot read ${path} of ${file.path}: it is neither a dense, a CSR nor a CSC matrix`);
  }
  const [rows, cols] = shape.map(Number);
  const dtype = typeName(file.info(`${path}/data`).type);
  const description = { path, rows, cols, dtype };
  return format === "csr" ? csrReader(file, description) : cscReader(file, description);
}

/** "csr" or "csc" by either generation of attributes, or null. */
export function sparseFormat(file: ElementStore, path: string): "csr" | "csc" | null {
  const format = file.attribute(path, "h5sparse_format") ?? file.attribute(path, "encoding-type");
  if (typeof format !== "string" || !/^cs[rc](_matrix)?$/.test(format)) return null;
  return format.startsWith("csr") ? "csr" : "csc";
}

function denseReader(file: ElementStore, path: string): MatrixReader {
  const { shape, type } = file.info(path);
  if (shape?.length !== 2) {
    throw dataError(
      `Cannot read ${path} of ${file.path}: its shape is [${shape ?? ""}], a matrix was expected`,
    );
  }
  const [rows, cols] = shape;
  const window = new Window(file, path, Float32Array);
  const read = (start: number, end: number) => csrFromDense(window.read(start, end), end - start, cols);
  return { path, format: "dense", rows, cols, dtype: typeName(type), read };
}

/** A CSR group read by rows. Row pointers are kept whole as float64 (exact to 2^53), so files with more than 2^31 values read by slices. */
export function csrReader(file: ElementStore, matrix: Omit<MatrixReader, "format" | "read">): MatrixReader {
  const { path, rows, cols } = matrix;
  const pointers = file.numbers(`${path}/indptr`, Float64Array);
  requirePointers(file, { path, pointers, length: rows + 1 });
  const indices = new Window(file, `${path}/indices`, Int32Array);
  const values = new Window(file, `${path}/data`, Float32Array);
  const read = (start: number, end: number): CsrMatrix => {
    const [from, to] = [pointers[start], pointers[end]];
    const block = {
      rows: end - start,
      cols,
      indptr: Int32Array.from(pointers.subarray(start, end + 1), (at) => at - from),
      indices: indices.read(from, to),
      data: values.read(from, to),
    };
    return checked(file, path, block);
  };
  return { ...matrix, format: "csr", read };
}
