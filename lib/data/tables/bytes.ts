import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { fileError, messageOf } from "../../runtime/mod.ts";
import { type Compression, compressionOf } from "../compression/kinds.ts";
import { unbzip2 } from "../compression/bzip2.ts";
import { unxz } from "../compression/xz.ts";
import { requireFile } from "../hdf5/check.ts";

/**
 * The bytes of a file in pieces, unpacked where it starts like gzip, bzip2 or xz.
 *
 * @throws {KcellfmError} tag "file", when it is missing, empty or its compressed data are damaged.
 */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  requireFile(path);
  const compression = compressionOf(readHead(path));
  const stream = createReadStream(path, { highWaterMark: 1 << 20 });
  try {
    yield* unpacked(stream, compression);
  } catch (error) {
    throw fileError(
      `Cannot read ${path}: the ${compression} data are damaged or truncated (${messageOf(error)})`,
      error,
    );
  } finally {
    stream.destroy();
  }
}

function unpacked(stream: ReturnType<typeof createReadStream>, compression: Compression) {
  switch (compression) {
    case "gzip":
      return stream.pipe(createGunzip({ chunkSize: 1 << 20 })) as AsyncIterable<Uint8Array>;
    case "bzip2":
      return unbzip2(stream);
    case "xz":
      return unxz(stream);
    case "none":
      return stream as AsyncIterable<Uint8Array>;
  }
}

function readHead(path: string): Uint8Array {
  using file = Deno.openSync(path);
  const head = new Uint8Array(6);
  return head.subarray(0, file.readSync(head) ?? 0);
}
