import { fileError, host } from "../../runtime/mod.ts";
import { requireFile } from "../hdf5/check.ts";

/** Bytes of text that become one string at most: V8 holds no longer ones. */
const LONGEST = 2 ** 29 - 24;

/**
 * A text file, gunzipped where it starts like gzip (whatever its name).
 *
 * @throws {KcellfmError} tag "file", when it is missing, empty, larger than 512 MB of text or a damaged gzip file.
 */
export function readTextFile(path: string): string {
  const tooLong = (cause?: unknown) =>
    fileError(`Cannot read ${path}: it is larger than 512 MB of text; give a part of it`, cause);
  if (requireFile(path).size > LONGEST) throw tooLong();
  const bytes = host.files.read(path);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
  try {
    return new TextDecoder().decode(host.compression.unpack(bytes, { form: "gzip", most: LONGEST }));
  } catch (error) {
    if (error instanceof RangeError) throw tooLong(error);
    throw fileError(`Cannot read ${path}: the gzip data are damaged or truncated`, error);
  }
}

/** The fields of each line of a tab-separated file; empty lines are left out. */
export function readTsv(path: string): string[][] {
  return readTextFile(path).split(/\r?\n/).filter((line) => line !== "").map((line) => line.split("\t"));
}
