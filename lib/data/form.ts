import { fileError, join, KcellfmError, statOrNull } from "../runtime/mod.ts";
import { fileBytes } from "./tables/bytes.ts";
import { requireFile } from "./hdf5/check.ts";
import { startsLikeR } from "./r/file.ts";
import { zipFiles } from "./zarr/files.ts";

/** Form of the data at a path, detected by content. */
export type Form = "hdf5" | "mtx" | "zarr" | "text" | "r";

/**
 * Tells what a path holds by its first bytes, unpacked; the name counts only where bytes leave it open.
 *
 * @throws {KcellfmError} tag "file", when it is missing or empty, or of no form that is known.
 */
export async function formOf(path: string): Promise<Form> {
  if (statOrNull(path)?.isDirectory) return isZarr(path) ? "zarr" : "mtx";
  requireFile(path);
  const head = await firstBytes(path);
  const text = new TextDecoder("latin1").decode(head);
  if (text.startsWith("PK") && await isZippedZarr(path)) return "zarr";
  if (text.slice(1, 4) === "HDF" || /\.(h5ad|h5mu|h5|hdf5|loom)$/i.test(path)) return "hdf5";
  if (text.startsWith("%%MatrixMarket") || /\.mtx(\.gz)?$/i.test(path)) return "mtx";
  if (startsLikeR(head) || /\.(rds|rda|rdata)$/i.test(path)) return "r";
  if (/\.(csv|tsv|txt|tab)(\.gz)?$/i.test(path) || isTable(text)) return "text";
  throw unknownForm(path, text);
}

const MARKS = [".zgroup", ".zattrs", ".zmetadata", "zarr.json"];

const isZarr = (folder: string): boolean => MARKS.some((name) => statOrNull(join(folder, name))?.isFile);

/** True if a zip has a zarr hierarchy at its root or in its only folder, or if its name says so. */
async function isZippedZarr(path: string): Promise<boolean> {
  if (/\.zarr\.zip$/i.test(path)) return true;
  try {
    const files = await zipFiles(path);
    return MARKS.some((name) => files.size(name) !== null);
  } catch {
    return false;
  }
}

/** Bytes that are looked at. */
const HEAD = 4096;

/** The first bytes, unpacked; as they are where they cannot be unpacked, so that the reader says what is wrong. */
async function firstBytes(path: string): Promise<Uint8Array> {
  try {
    for await (const piece of fileBytes(path)) return piece.subarray(0, HEAD);
  } catch (error) {
    if (!(error instanceof KcellfmError)) throw error;
  }
  return new Uint8Array(0);
}

/** Text of several columns: no control characters, and a first line with tabs, commas or semicolons. */
function isTable(text: string): boolean {
  // deno-lint-ignore no-control-regex
  if (/[\0-\x08\x0e-\x1f]/.test(text)) return false;
  return /^[^\n]*[\t,;][^\n]*\n/.test(text);
}

function unknownForm(path: string, head: string): KcellfmError {
  if (head.startsWith("PK") && /xl\/|\[Content_Types\]\.xml/.test(head)) {
    return fileError(`Cannot read ${path}: it is an Excel workbook; save its sheet as .csv`);
  }
  return fileError(
    `Cannot read ${path}: its form is not known (known: .h5ad, .h5mu, .loom, 10x .h5, zarr, a MatrixMarket folder, .rds, .rda, .csv or ` +
      `.tsv, the last two also .gz)`,
  );
}
