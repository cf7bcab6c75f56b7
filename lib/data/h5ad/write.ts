import { dataError, writeAtomically } from "../../runtime/mod.ts";
import { Hdf5File } from "../hdf5/file.ts";
import type { Layout } from "../hdf5/types.ts";
import type { DenseArray } from "./elements.ts";
import type { ElementSink } from "./store.ts";
import { GrowingDataset } from "./growing.ts";
import { type Columns, putArray, putFrame, putRoot, putUns, requireName, type UnsDict } from "./put.ts";
import type { CsrMatrix } from "../../matrix/mod.ts";

/** A matrix to write: CSR, blocks of its rows in order (never all in memory), or dense. */
export type MatrixContent = CsrMatrix | DenseArray | Iterable<CsrMatrix> | AsyncIterable<CsrMatrix>;

/** Contents of a new `.h5ad`. */
export interface H5adContent {
  /** Cells by genes. */
  readonly x: MatrixContent;
  readonly obsNames: readonly string[];
  readonly varNames: readonly string[];
  readonly obs?: Columns;
  readonly var?: Columns;
  /** Arrays with one row a cell. */
  readonly obsm?: Readonly<Record<string, DenseArray>>;
  readonly layers?: Readonly<Record<string, MatrixContent>>;
  readonly uns?: UnsDict;
  /** Deflate level of X and layers, 0 to 9; 1 reads as fast as 9 and writes several times faster. Default 1. */
  readonly gzip?: number;
}

/**
 * Writes an AnnData file that anndata (0.8 and later) and scanpy open, in one pass over the rows of X. `path` holds
 * the whole file or nothing.
 *
 * @throws {KcellfmError} tag "file" when its folder is missing, "data" when shapes do not agree.
 */
export async function writeH5ad(path: string, content: H5adContent): Promise<void> {
  await writeAtomically(path, async (temporary) => {
    const file = await Hdf5File.open(temporary, "w", path);
    try {
      await writeContent(file, content);
    } finally {
      file.close();
    }
  });
}

/** Fills an empty store with an AnnData. */
export async function writeContent(file: ElementSink, content: H5adContent): Promise<void> {
  const { x, obsNames, varNames, gzip = 1 } = content;
  const shape = { rows: obsNames.length, cols: varNames.length };
  putRoot(file);
  putFrame(file, "obs", { index: obsNames, columns: content.obs ?? {} });
  putFrame(file, "var", { index: varNames, columns: content.var ?? {} });
  await putMatrix(file, "X", { matrix: x, shape, gzip });
  for (const [name, matrix] of Object.entries(content.layers ?? {})) {
    await putMatrix(file, `layers/${requireName(file, name)}`, { matrix, shape, gzip });
  }
  for (const [name, array] of Object.entries(content.obsm ?? {})) {
    putObsm(file, name, { array, rows: shape.rows });
  }
  for (const [name, value] of Object.entries(content.uns ?? {})) {
    putUns(file, `uns/${requireName(file, name)}`, value);
  }
}

/** Writes one element of obsm, which must have a row for each cell. */
export function putObsm(
  file: ElementSink,
  name: string,
  { array, rows }: { array: DenseArray; rows: number },
): void {
  if (array.shape[0] !== rows || array.shape.reduce((a, b) => a * b, 1) !== array.data.length) {
    throw dataError(
      `Cannot write obsm/${name} of ${file.path}: its shape is [${array.shape}] for ${array.data.length} values ` +
        `and ${rows} cells`,
    );
  }
  putArray(file, `obsm/${requireName(file, name)}`, array);
}

interface MatrixJob {
  readonly matrix: MatrixContent;
  readonly shape: { readonly rows: number; readonly cols: number };
  readonly gzip: number;
}

async function putMatrix(file: ElementSink, path: string, { matrix, shape, gzip }: MatrixJob): Promise<void> {
  const { rows, cols } = shape;
  if ("shape" in matrix) {
    if (matrix.shape[0] !== rows || matrix.shape[1] !== cols) throw misfit(file, path, shape);
    return putArray(file, path, matrix);
  }
  file.createGroup(path);
  file.setAttribute(path, "encoding-type", "csr_matrix");
  file.setAttribute(path, "encoding-version", "0.1.0");
  file.setAttribute(path, "shape", BigInt64Array.of(BigInt(rows), BigInt(cols)));
  const indices = new GrowingDataset<Int32Array>(file, `${path}/indices`, { like: new Int32Array(), gzip });
  const data = new GrowingDataset<Float32Array>(file, `${path}/data`, { like: new Float32Array(), gzip });
  const indptr = new BigInt64Array(rows + 1);
  let row = 0;
  for await (const block of "indptr" in matrix ? [matrix] : matrix) {
    if (block.cols !== cols || row + block.rows > rows) throw misfit(file, path, shape);
    for (let i = 0; i < block.rows; i++, row++) {
      indptr[row + 1] = indptr[row] + BigInt(block.indptr[i + 1] - block.indptr[i]);
    }
    indices.push(block.indices);
    data.push(block.data);
  }
  if (row !== rows) throw misfit(file, path, shape);
  indices.flush();
  data.flush();
  file.createNumbers(`${path}/indptr`, indptr, chunked(indptr.length, gzip));
}

/** Row pointers of many rows are compressed as the values are. */
const chunked = (length: number, gzip: number): Layout =>
  length < 512 ? {} : { chunks: [Math.min(length, 1 << 16)], gzip };

const misfit = (file: ElementSink, path: string, { rows, cols }: MatrixJob["shape"]) =>
  dataError(`Cannot write ${path} of ${file.path}: its shape does not fit ${rows} cells and ${cols} genes`);
