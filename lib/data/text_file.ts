import { gunzipSync } from "node:zlib";
import { fileError } from "../runtime/mod.ts";
import { requireFile } from "./hdf5_check.ts";

/**
 * A text file, gunzipped where it starts like gzip (whatever its name).
 *
 * @throws {KcellfmError} tag "file", when it is missing, empty or a damaged gzip file.
 */
export function readTextFile(path: string): string {
  requireFile(path);
  const bytes = Deno.readFileSync(path);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
  try {
    return new TextDecoder().decode(gunzipSync(bytes));
  } catch (error) {
    throw fileError(`Cannot read ${path}: the gzip data are damaged or truncated`, error);
  }
}

/** The fields of each line of a tab-separated file; empty lines are left out. */
export function readTsv(path: string): string[][] {
  return readTextFile(path).split(/\r?\n/).filter((line) => line !== "").map((line) => line.split("\t"));
}
