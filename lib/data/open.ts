import { fileError, statOrNull } from "../runtime/mod.ts";
import { type CsvOptions, openCsv } from "./csv.ts";
import { describeH5ad, type MatrixChoice } from "./h5ad/open.ts";
import { Hdf5File } from "./hdf5.ts";
import { openMatrixMarket } from "./mtx.ts";
import { openTenx, tenxGroup } from "./tenx.ts";
import type { CellSource } from "./types.ts";

/** How to open cells; each field concerns the forms that have it. */
export interface OpenOptions extends MatrixChoice, CsvOptions {}

/**
 * Opens cells in any form that is known: `.h5ad`, 10x `.h5`, a MatrixMarket folder, CSV or TSV (gz). HDF5 files are
 * told apart by what they hold, not by their name.
 *
 * @throws {KcellfmError} tag "file" when the file cannot be opened or its form is not known, "data" when it lacks
 * what it must have.
 */
export async function openCells(path: string, options: OpenOptions = {}): Promise<CellSource> {
  if (isFolder(path) || /\.mtx(\.gz)?$/i.test(path)) return await openMatrixMarket(path);
  if (/\.(csv|tsv|txt|tab)(\.gz)?$/i.test(path)) return await openCsv(path, options);
  const hasHdf5Name = /\.(h5ad|h5|hdf5)$/i.test(path);
  if (!hasHdf5Name && !startsLikeHdf5(path)) {
    throw fileError(
      `Cannot read ${path}: its form is not known (known: .h5ad, 10x .h5, a MatrixMarket folder, .csv or .tsv, ` +
        `the last two also .gz)`,
    );
  }
  const file = await Hdf5File.open(path);
  try {
    const group = file.kind("obs") ? null : tenxGroup(file);
    return group === null ? describeH5ad(file, options) : openTenx(file, group);
  } catch (error) {
    file.close();
    throw error;
  }
}

const isFolder = (path: string): boolean => statOrNull(path)?.isDirectory ?? false;

/** Also true for a missing or empty file, whose own message is better than "not known". */
function startsLikeHdf5(path: string): boolean {
  const stat = statOrNull(path);
  if (stat === null || stat.size === 0) return true;
  using file = Deno.openSync(path);
  const head = new Uint8Array(4);
  file.readSync(head);
  return new TextDecoder().decode(head.subarray(1)) === "HDF";
}
