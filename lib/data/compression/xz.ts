import xz from "xz-decompress";

/**
 * Unpacks xz piece by piece, in WebAssembly with memory of its own.
 *
 * @throws {RangeError} when the data are damaged, truncated, or want a dictionary that is too large.
 */
export async function* unxz(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = new xz.XzReadableStream(streamOf(pieces)).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value.length > 0) yield value;
    }
  } catch (error) {
    const code = /error code (\d+)/.exec(String(error))?.[1];
    throw new RangeError(code ? `xz says ${code}` : "they end too early", { cause: error });
  } finally {
    await reader.cancel().catch(() => {}); // what has ended cannot be cancelled
  }
}

/** Not every browser has ReadableStream.from. */
function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => void await iterator.return?.(),
  });
}
