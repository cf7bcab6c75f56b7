import { decompress as unzstd } from "fzstd";
import { host } from "../../runtime/mod.ts";
import { unblosclz } from "./blosclz.ts";
import { unlz4 } from "./lz4.ts";

const HEAD = 16;
const FLAG = { shuffle: 1, stored: 2, bitShuffle: 4, whole: 16 } as const;

/** Blosc's compressors by their number in the flags; snappy (2) has left it. */
const COMPRESSORS: Readonly<Record<number, (bytes: Uint8Array, out: Uint8Array) => Uint8Array>> = {
  0: unblosclz,
  1: unlz4,
  3: (bytes, out) => host.compression.unpack(bytes, { form: "zlib", most: out.length }),
  4: (bytes, out) => unzstd(bytes, out),
};

/**
 * Unpacks a Blosc 1 container.
 *
 * Format: c-blosc, README_CHUNK_FORMAT.rst.
 *
 * @throws {RangeError} when it is damaged, claims more than `most` bytes, or its compressor is not known.
 */
export function unblosc(bytes: Uint8Array, most: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD) throw new RangeError("a Blosc chunk is too short");
  const [flags, typeSize] = [bytes[2], bytes[3]];
  const [size, blockSize, stored] = [4, 8, 12].map((at) => view.getUint32(at, true));
  if (size > most || stored > bytes.length) throw new RangeError(`a Blosc chunk claims ${size} bytes`);
  if ((flags & FLAG.stored) !== 0) return bytes.slice(HEAD, HEAD + size);
  const blocks = blockSize > 0 ? Math.ceil(size / blockSize) : 0;
  if (size > 0 && (blocks === 0 || HEAD + 4 * blocks > bytes.length)) {
    throw new RangeError("a Blosc chunk is damaged");
  }
  const out = new Uint8Array(size);
  for (let block = 0; block < blocks; block++) {
    const target = out.subarray(block * blockSize, Math.min((block + 1) * blockSize, size));
    const at = view.getUint32(HEAD + 4 * block, true);
    unpackBlock(bytes.subarray(at), target, { flags, typeSize, isWhole: target.length === blockSize });
  }
  return out;
}

interface Block {
  readonly flags: number;
  readonly typeSize: number;
  /** True if this block is as long as the others. */
  readonly isWhole: boolean;
}

/** Blocks of this many elements a byte of the type, and types of so many bytes, are packed byte by byte. */
const LEAST_SPLIT = 128;
const LARGEST_SPLIT = 16;

function unpackBlock(bytes: Uint8Array, target: Uint8Array, { flags, typeSize, isWhole }: Block): void {
  const isSplit = (flags & FLAG.whole) === 0 && typeSize <= LARGEST_SPLIT && isWhole &&
    target.length / typeSize >= LEAST_SPLIT;
  const streams = isSplit ? typeSize : 1;
  const length = Math.floor(target.length / streams);
  const isShuffled = (flags & FLAG.shuffle) !== 0 && typeSize > 1;
  const isBitShuffled = (flags & FLAG.bitShuffle) !== 0 && target.length >= typeSize;
  const plain = isShuffled || isBitShuffled ? new Uint8Array(target.length) : target;
  unpackStreams(bytes, plain, { streams, length, compressor: flags >> 5 });
  if (isShuffled) unshuffle(plain, target, typeSize);
  else if (isBitShuffled) unshuffleBits(plain, target, typeSize);
}

function unpackStreams(
  bytes: Uint8Array,
  out: Uint8Array,
  { streams, length, compressor }: { streams: number; length: number; compressor: number },
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const unpack = COMPRESSORS[compressor];
  if (!unpack) throw new RangeError(`Blosc's compressor ${compressor} is not known here`);
  let at = 0;
  for (let stream = 0; stream < streams; stream++) {
    if (at + 4 > bytes.length) throw new RangeError("a Blosc chunk is damaged");
    const packed = view.getUint32(at, true);
    at += 4;
    if (at + packed > bytes.length) throw new RangeError("a Blosc chunk is damaged");
    const piece = bytes.subarray(at, at + packed);
    const target = out.subarray(stream * length, (stream + 1) * length);
    const plain = packed === length ? piece : unpack(piece, target);
    if (plain.length !== length) throw new RangeError("a Blosc chunk is damaged");
    if (plain !== target) target.set(plain);
    at += packed;
  }
}

/** Bytes of equal place together, back to elements; what is left over stands as it is. */
function unshuffle(from: Uint8Array, to: Uint8Array, typeSize: number): void {
  const elements = Math.floor(from.length / typeSize);
  for (let byte = 0; byte < typeSize; byte++) {
    for (let i = 0, at = byte; i < elements; i++, at += typeSize) to[at] = from[byte * elements + i];
  }
  to.set(from.subarray(elements * typeSize), elements * typeSize);
}

/** Bits of equal place together, back to elements; blocks of no multiple of 8 elements are not shuffled. */
function unshuffleBits(from: Uint8Array, to: Uint8Array, typeSize: number): void {
  const elements = Math.floor(from.length / typeSize);
  to.set(from);
  if (elements % 8 !== 0) return;
  const row = elements / 8;
  to.fill(0, 0, elements * typeSize);
  for (let bit = 0; bit < 8 * typeSize; bit++) {
    for (let k = 0; k < row; k++) {
      const byte = from[bit * row + k];
      for (let j = 0; j < 8; j++) to[(8 * k + j) * typeSize + (bit >> 3)] |= ((byte >> j) & 1) << (bit & 7);
    }
  }
}
