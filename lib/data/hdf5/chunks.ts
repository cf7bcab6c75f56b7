import { type ByteSource, host } from "../../runtime/mod.ts";
import { FileBytes, findPath, type Message, messagesOf, treeNode } from "./format.ts";
import { MOST_INFLATED } from "./check.ts";

/** A chunk of a one-dimensional dataset: its first element, and where its stored bytes lie. */
interface Chunk {
  readonly start: number;
  readonly address: number;
  readonly bytes: number;
}

/** The division of the elements into chunks, and the place of their index. */
interface ChunkShape {
  readonly tree: number;
  /** Elements of a chunk. */
  readonly chunkSize: number;
  readonly elementSize: number;
}

const LAYOUT = 0x08;
const FILTERS = 0x0b;
const DEFLATE = 1;

/**
 * The chunks of a one-dimensional deflated dataset, read without the HDF5 library: its zlib is compiled to wasm and
 * inflates at half the speed of the native one. Files are only read here, and anything unusual (other filters, newer
 * chunk indexes) is left to the library.
 */
export class ChunkReader {
  readonly #bytes: FileBytes;
  readonly #chunks: readonly Chunk[];
  /** The chunk inflated last: the next slice usually begins in it. */
  #last: { readonly index: number; readonly values: Uint8Array } | null = null;

  private constructor(
    file: ByteSource,
    readonly shape: ChunkShape & { total: number },
    chunks: readonly Chunk[],
  ) {
    this.#bytes = new FileBytes(file);
    this.#chunks = chunks;
  }

  /**
   * A reader of the dataset at `path` (`total` elements of `size` bytes), or null where it has to be left to the library.
   *
   * @throws {RangeError} when the index of its chunks is damaged.
   */
  static open(
    file: ByteSource,
    path: string,
    { total, size }: { total: number; size: number },
  ): ChunkReader | null {
    const bytes = new FileBytes(file);
    const entry = findPath(bytes, path);
    if (entry === null || entry === "missing") return null;
    const messages = messagesOf(bytes, entry.object);
    const layout = messages.find(({ type }) => type === LAYOUT);
    const filters = messages.find(({ type }) => type === FILTERS);
    if (!layout || !filters || !isDeflateOnly(bytes, filters)) return null;
    const shape = chunkShape(bytes, layout);
    if (!shape || shape.elementSize !== size || shape.chunkSize < 1) return null;
    const chunks = chunksBelow(bytes, shape.tree);
    const isWhole = chunks !== null && chunks.length === Math.ceil(total / shape.chunkSize) &&
      chunks.every(({ start }, i) => start === i * shape.chunkSize);
    return isWhole ? new ChunkReader(file, { ...shape, total }, chunks) : null;
  }

  /**
   * The bytes of elements [start, end).
   *
   * @throws {RangeError} when they lie outside the dataset, or a chunk is damaged.
   */
  read(start: number, end: number): Uint8Array<ArrayBuffer> {
    const { total, chunkSize, elementSize } = this.shape;
    if (start < 0 || end > total) {
      throw new RangeError(`elements [${start}, ${end}) are outside its ${total}`);
    }
    const out = new Uint8Array((end - start) * elementSize);
    for (let i = Math.floor(start / chunkSize); i * chunkSize < end; i++) {
      const values = this.#inflate(i);
      const first = i * chunkSize;
      const from = Math.max(start, first);
      const to = Math.min(end, first + chunkSize);
      out.set(
        values.subarray((from - first) * elementSize, (to - first) * elementSize),
        (from - start) * elementSize,
      );
    }
    return out;
  }

  #inflate(index: number): Uint8Array {
    if (this.#last?.index === index) return this.#last.values;
    const { address, bytes } = this.#chunks[index];
    const whole = this.shape.chunkSize * this.shape.elementSize;
    const stored = this.#bytes.read(address, bytes);
    const most = Math.min(whole, MOST_INFLATED * stored.length);
    const values = host.compression.unpack(stored, { form: "zlib", most });
    if (values.length !== whole) {
      throw new RangeError(`a chunk inflates to ${values.length} of ${whole} bytes`);
    }
    this.#last = { index, values };
    return values;
  }
}

/** True if the filter pipeline (version 1 or 2) is deflate and nothing else. */
function isDeflateOnly(bytes: FileBytes, { body }: Message): boolean {
  const [version, count] = [bytes.uint(body, 1), bytes.uint(body + 1, 1)];
  if (count !== 1 || version > 2) return false;
  return bytes.uint(body + (version === 1 ? 8 : 2), 2) === DEFLATE;
}

/** Layout message of version 3, chunked, of one dimension (the second is the element itself). */
function chunkShape(bytes: FileBytes, { body }: Message): ChunkShape | null {
  const [version, kind, dimensions] = [0, 1, 2].map((i) => bytes.uint(body + i, 1));
  if (version !== 3 || kind !== 2 || dimensions !== 2) return null;
  return {
    tree: bytes.uint(body + 3, 8),
    chunkSize: bytes.uint(body + 11, 4),
    elementSize: bytes.uint(body + 15, 4),
  };
}

const KEY_BYTES = 24;
const UNDEFINED = 2 ** 64;

/** The chunks below a node of a version 1 B-tree, in order; null if there is none or one skipped its filter. */
function chunksBelow(bytes: FileBytes, tree: number, seen = new Set<number>()): Chunk[] | null {
  if (tree >= UNDEFINED) return null;
  const { level, used } = treeNode(bytes, tree, seen);
  const stride = KEY_BYTES + 8;
  const node = bytes.read(tree + 24, used * stride);
  const view = new DataView(node.buffer);
  const chunks: Chunk[] = [];
  for (let at = 0; at + stride <= node.length; at += stride) {
    const address = Number(view.getBigUint64(at + KEY_BYTES, true));
    if (level > 0) {
      const below = chunksBelow(bytes, address, seen);
      if (below === null) return null;
      chunks.push(...below);
    } else {
      if (view.getUint32(at + 4, true) !== 0) return null;
      chunks.push({
        start: Number(view.getBigUint64(at + 8, true)),
        address,
        bytes: view.getUint32(at, true),
      });
    }
  }
  return chunks;
}
