import { dataError, type KcellfmError, messageOf } from "../../runtime/mod.ts";
import type { ElementStore } from "./store.ts";
import { canonical, type CsrMatrix } from "../../matrix/mod.ts";

/** A block in its canonical form; a column outside the matrix becomes a line with the path. */
export function checked(file: ElementStore, path: string, block: CsrMatrix): CsrMatrix {
  try {
    return canonical(block);
  } catch (error) {
    throw damaged(file, path, messageOf(error));
  }
}

/** Fails when row (or column) pointers are not an ascending walk over the stored values and their indices. */
export function requirePointers(
  file: ElementStore,
  { path, pointers, length }: { path: string; pointers: Float64Array; length: number },
): void {
  const stored = Math.min(...["data", "indices"].map((name) => file.info(`${path}/${name}`).shape?.[0] ?? 0));
  const ascending = pointers.every((at, i) => i === 0 ? at === 0 : at >= pointers[i - 1]);
  if (pointers.length !== length || !ascending || pointers[length - 1] > stored) {
    throw damaged(file, path, "its indptr does not fit its shape and values");
  }
}

/** The one line about a matrix that contradicts itself. */
export const damaged = (file: ElementStore, path: string, why: string): KcellfmError =>
  dataError(`Cannot read ${path} of ${file.path}: ${why}; the file is damaged`);
