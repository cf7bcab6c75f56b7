import { host, join, usageError } from "../../lib/runtime/mod.ts";
import { putFile } from "../../lib/runtime/host/browser/mod.ts";
import type { GivenFile } from "../protocol.ts";

/** What makes several files one: the marks of a MatrixMarket folder and of a zarr hierarchy. */
const TOGETHER = /(^|\/)([^/]*matrix\.mtx(\.gz)?|\.zgroup|\.zattrs|zarr\.json)$/;

/** Puts dropped files where the readers find them, in place of those before, and returns the path to open. */
export function placeFiles(files: readonly GivenFile[], folder: string): string {
  const path = pathToOpen(files.map(({ path }) => path), folder);
  if (host.files.stat(folder)) host.files.remove(folder);
  for (const { path, blob } of files) putFile(join(folder, path), blob);
  return path;
}

/**
 * The path to open of files that were dropped together: the file, or for the files of one MatrixMarket or zarr folder, that
 * folder.
 *
 * @throws {KcellfmError} tag "usage", when there are none, or several that do not belong together.
 */
export function pathToOpen(paths: readonly string[], folder: string): string {
  if (paths.length === 0) {
    throw usageError("Cannot read the drop: there is no file in it; drop a file of cells");
  }
  if (paths.length === 1) return join(folder, paths[0]);
  const [mark] = paths.filter((path) => TOGETHER.test(path)).sort(byDepth);
  if (mark !== undefined) return folderOf(folder, mark);
  throw usageError(
    `Cannot read ${paths.length} files at once: ${
      paths.slice(0, 3).join(", ")
    }; drop one file of cells, or the three of a ` +
      "MatrixMarket folder (matrix.mtx, features.tsv, barcodes.tsv)",
  );
}

const byDepth = (a: string, b: string): number => a.split("/").length - b.split("/").length;

/** The folder of a mark; loose MatrixMarket files are opened by their matrix, whose prefix tells them from others. */
function folderOf(folder: string, mark: string): string {
  const parts = mark.split("/");
  const isMatrix = /\.mtx(\.gz)?$/.test(mark);
  return isMatrix && parts.length === 1 ? join(folder, mark) : join(folder, ...parts.slice(0, -1));
}
