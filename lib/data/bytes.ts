import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { fileError, messageOf } from "../runtime/mod.ts";
import { requireFile } from "./hdf5_check.ts";

/**
 * The bytes of a file in pieces, gunzipped where it starts like gzip.
 *
 * @throws {KcellfmError} tag "file", when it is missing, empty or a damaged gzip file.
 */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  requireFile(path);
  const stream = createReadStream(path, { highWaterMark: 1 << 20 });
  const pieces: AsyncIterable<Uint8Array> = isGzip(path)
    ? stream.pipe(createGunzip({ chunkSize: 1 << 20 }))
    : stream;
  try {
    yield* pieces;
  } catch (error) {
    throw fileError(
      `Cannot read ${path}: the gzip data are damaged or truncated (${messageOf(error)})`,
      error,
    );
  } finally {
    stream.destroy();
  }
}

function isGzip(path: string): boolean {
  using file = Deno.openSync(path);
  const head = new Uint8Array(2);
  return file.readSync(head) === 2 && head[0] === 0x1f && head[1] === 0x8b;
}
