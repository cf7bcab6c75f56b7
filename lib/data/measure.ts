import { formOf } from "./form.ts";
import { Hdf5File } from "./hdf5/file.ts";
import { tenxGroup } from "./tables/tenx.ts";

/** Size of a matrix of cells. */
export interface CellsSize {
  readonly cells: number;
  /** Columns of the matrix: of 10x, other features among them. */
  readonly genes: number;
  /** Stored values; of a dense matrix all of them. */
  readonly values: number;
}

/**
 * The size of the matrix X of an `.h5ad` or 10x `.h5`, from the file's head alone: nothing is taken into memory that grows
 * with it. Null for other forms, and where the matrix is not where it usually is.
 *
 * @throws {KcellfmError} tag "file", when the file cannot be opened or its form is not known.
 */
export async function measureCells(path: string): Promise<CellsSize | null> {
  if (await formOf(path) !== "hdf5") return null;
  const file = await Hdf5File.open(path);
  try {
    const group = file.kind("obs") ? "X" : tenxGroup(file);
    return group === null ? null : sizeOf(file, group);
  } finally {
    file.close();
  }
}

function sizeOf(file: Hdf5File, path: string): CellsSize | null {
  if (file.kind(path) === "dataset") {
    const [cells, genes] = file.info(path).shape ?? [];
    return genes === undefined ? null : { cells, genes, values: cells * genes };
  }
  const values = file.kind(`${path}/data`) === "dataset" ? file.info(`${path}/data`).shape?.[0] : undefined;
  if (values === undefined) return null;
  const shape = file.attribute(path, "shape") ?? file.attribute(path, "h5sparse_shape");
  if (Array.isArray(shape) && shape.length === 2) {
    return { cells: Number(shape[0]), genes: Number(shape[1]), values };
  }
  if (file.kind(`${path}/shape`) !== "dataset") return null;
  const [genes, cells] = file.numbers(`${path}/shape`, Float64Array); // 10x stores genes x barcodes
  return { cells, genes, values };
}
