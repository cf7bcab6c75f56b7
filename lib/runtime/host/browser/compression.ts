import { Deflate, gzip as packAtOnce, Inflate } from "pako";
import type { Compression, Wrapping } from "../types.ts";

/** The wrapping in zlib's encoding of window bits. */
const WINDOW_BITS = { zlib: 15, gzip: 31, raw: -15 } as const;
const PIECE = 1 << 20;
/** No result is made in pieces of more than this. */
const MOST = 1 << 24;

/** zlib in JavaScript: browsers have no call that unpacks at once. */
export const compression: Compression = {
  unpack,
  inflate,
  pack: (bytes, level) => packAtOnce(bytes, { level: level as 1 }),
  gzip,
};

function unpack(
  bytes: Uint8Array,
  { form, most }: { form: Wrapping; most: number },
): Uint8Array<ArrayBuffer> {
  const inflate = new Inflate({
    windowBits: WINDOW_BITS[form],
    chunkSize: Math.min(Math.max(64, most), MOST),
  });
  const pieces: Uint8Array[] = [];
  let total = 0;
  inflate.onData = (piece) => {
    total += piece.length;
    if (total > most) throw new RangeError(`it unpacks to more than ${most} bytes`);
    pieces.push(piece);
  };
  if (!inflate.push(bytes, true)) throw damaged(inflate);
  return joined(pieces, total);
}

async function* inflate(pieces: AsyncIterable<Uint8Array>, form: Wrapping): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const start = () => {
    const inflate = new Inflate({ windowBits: WINDOW_BITS[form], chunkSize: PIECE });
    inflate.onData = (piece) => void ready.push(piece);
    return inflate;
  };
  let member = start();
  for await (const piece of pieces) {
    if (member.ended && piece.length > 0 && piece[0] !== 0) member = start();
    if (!member.push(piece, false)) throw damaged(member);
    yield* ready.splice(0);
  }
  if (!member.ended) throw new Error("unexpected end of file");
}

async function* gzip(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const deflate = new Deflate({ gzip: true, chunkSize: PIECE });
  deflate.onData = (piece) => void ready.push(piece);
  for await (const piece of pieces) {
    deflate.push(piece, false);
    yield* ready.splice(0);
  }
  deflate.push(new Uint8Array(0), true);
  yield* ready;
}

/** Z_BUF_ERROR: more input was wanted. */
const TOO_SHORT = -5;

const damaged = ({ err, msg }: Inflate): Error =>
  new Error(err === TOO_SHORT ? "unexpected end of file" : msg);

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  if (pieces.length === 1) return pieces[0] as Uint8Array<ArrayBuffer>;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
