import { fileError, host, messageOf } from "../../runtime/mod.ts";
import { type Compression, compressionOf } from "../compression/kinds.ts";
import { unbzip2 } from "../compression/bzip2.ts";
import { unxz } from "../compression/xz.ts";
import { requireFile } from "../hdf5/check.ts";
import { filePieces } from "../pieces.ts";

/**
 * The bytes of a file in pieces, unpacked where it starts like gzip, bzip2 or xz.
 *
 * @throws {KcellfmError} tag "file", when it is missing, empty or its compressed data are damaged.
 */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  requireFile(path);
  const compression = compressionOf(readHead(path));
  try {
    yield* unpacked(filePieces(path), compression);
  } catch (error) {
    throw fileError(
      `Cannot read ${path}: the ${compression} data are damaged or truncated (${messageOf(error)})`,
      error,
    );
  }
}

function unpacked(pieces: AsyncIterable<Uint8Array>, compression: Compression): AsyncIterable<Uint8Array> {
  switch (compression) {
    case "gzip":
      return host.compression.inflate(pieces, "gzip");
    case "bzip2":
      return unbzip2(pieces);
    case "xz":
      return unxz(pieces);
    case "none":
      return pieces;
  }
}

function readHead(path: string): Uint8Array {
  using file = host.files.open(path);
  const head = new Uint8Array(6);
  return head.subarray(0, file.read(0, head));
}
