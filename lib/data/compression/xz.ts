import xz from "xz-decompress";

/**
 * Unpacks xz piece by piece, in WebAssembly with memory of its own.
 *
 * @throws {RangeError} when the data are damaged, truncated, or want a dictionary that is too large.
 */
export async function* unxz(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const packed = ReadableStream.from(pieces) as ReadableStream<Uint8Array>;
  try {
    for await (const piece of new xz.XzReadableStream(packed)) if (piece.length > 0) yield piece;
  } catch (error) {
    const code = /error code (\d+)/.exec(String(error))?.[1];
    throw new RangeError(code ? `xz says ${code}` : "they end too early", { cause: error });
  }
}
