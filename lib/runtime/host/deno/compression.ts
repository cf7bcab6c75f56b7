import { Readable } from "node:stream";
import {
  createGunzip,
  createGzip,
  createInflate,
  createInflateRaw,
  gunzipSync,
  gzipSync,
  inflateRawSync,
  inflateSync,
} from "node:zlib";
import type { Compression } from "../types.ts";

const UNPACK = { zlib: inflateSync, gzip: gunzipSync, raw: inflateRawSync } as const;
const UNPACKER = { zlib: createInflate, gzip: createGunzip, raw: createInflateRaw } as const;
/** Bytes that come out at once. */
const PIECE = 1 << 20;
/** No result is made in pieces of more than this. */
const MOST = 1 << 24;
/** Node's zlib refuses smaller limits. */
const LEAST = 64;

/** The zlib that comes with Deno. */
export const compression: Compression = {
  unpack(bytes, { form, most }) {
    const limit = Math.max(LEAST, most);
    return UNPACK[form](bytes, { chunkSize: Math.min(limit, MOST), maxOutputLength: limit });
  },
  pack: (bytes, level) => gzipSync(bytes, { level }),
  inflate: (pieces, form) => through(pieces, UNPACKER[form]({ chunkSize: PIECE })),
  gzip: (pieces) => through(pieces, createGzip()),
};

/** Output of a transformation; ends its source when nobody wants the rest. */
async function* through(
  pieces: AsyncIterable<Uint8Array>,
  transform: NodeJS.ReadWriteStream,
): AsyncGenerator<Uint8Array> {
  const source = Readable.from(pieces, { objectMode: false });
  source.on("error", (error) => transform.emit("error", error));
  try {
    yield* source.pipe(transform) as AsyncIterable<Uint8Array>;
  } finally {
    source.destroy();
  }
}
