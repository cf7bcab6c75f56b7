import { host } from "../runtime/mod.ts";

/** Bytes that are read at once. */
const PIECE = 1 << 20;

/** The bytes of a file in pieces, or a range of them; between pieces everything else that waits may happen. */
export async function* filePieces(
  path: string,
  { start, length }: { start: number; length: number } = { start: 0, length: Infinity },
): AsyncGenerator<Uint8Array> {
  using file = host.files.open(path);
  for (let at = 0; at < length; at += PIECE) {
    const piece = new Uint8Array(Math.min(PIECE, length - at));
    const count = file.read(start + at, piece);
    if (count > 0) yield piece.subarray(0, count);
    if (count < piece.length) return;
    await host.turn();
  }
}
