import { type ByteSource, fileError, host } from "../../runtime/mod.ts";

/** Bytes of a file. */
export interface FileRange {
  /** Of the first byte. */
  readonly start: number;
  readonly length: number;
}

/**
 * These bytes of the file, in memory of their own; nothing else of it is read.
 *
 * @throws {KcellfmError} tag "file", when the file ends before them; memory is taken only for bytes that are there.
 */
export function readRange(path: string, { start, length }: FileRange): Uint8Array<ArrayBuffer> {
  using file = openForReading(path);
  const { size } = file;
  if (start + length > size) {
    throw fileError(
      `Cannot read ${path}: it ends at byte ${size}, ${start + length} were expected; fetch it again`,
    );
  }
  const bytes = new Uint8Array(length);
  if (file.read(start, bytes) === length) return bytes;
  throw fileError(`Cannot read ${path}: it was cut short while it was read`);
}

function openForReading(path: string): ByteSource {
  try {
    return host.files.open(path);
  } catch (error) {
    throw fileError(`Cannot read ${path}: the file is missing or not readable`, error);
  }
}
