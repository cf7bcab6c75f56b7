import { crc32c } from "./crc32c.ts";
import { decompress as unzstd } from "fzstd";
import { host, messageOf } from "../../runtime/mod.ts";
import { unblosc } from "./blosc.ts";
import { unlz4 } from "./lz4.ts";
import type { Codec } from "./types.ts";

type Decode = (bytes: Uint8Array, most: number) => Uint8Array;

/** Codecs of either version by name; each gives at most `most` bytes. */
const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: (bytes, most) => host.compression.unpack(bytes, { form: "gzip", most }),
  zlib: (bytes, most) => host.compression.unpack(bytes, { form: "zlib", most }),
  zstd: zstd,
  blosc: unblosc,
  lz4: (bytes, most) => {
    const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    if (size > most) throw new RangeError(`a chunk claims ${size} bytes`);
    return unlz4(bytes.subarray(4), new Uint8Array(size));
  },
  crc32c: (bytes) => {
    const body = bytes.subarray(0, bytes.length - 4);
    const stored = new DataView(bytes.buffer, bytes.byteOffset + body.length).getUint32(0, true);
    if (crc32c(body) !== stored) throw new RangeError("a checksum does not fit");
    return body;
  },
};

/**
 * The array's bytes of a stored chunk. `expected` is how many there must be; null where only a limit is known.
 *
 * @throws {RangeError} when they are damaged, or a codec is not known.
 */
export function decodeBytes(
  stored: Uint8Array,
  codecs: readonly Codec[],
  { expected, most }: { expected: number | null; most: number },
): Uint8Array {
  let bytes = stored;
  for (const { name } of codecs.toReversed()) {
    if (!Object.hasOwn(DECODERS, name)) {
      throw new RangeError(
        `it is compressed with ${name}, which is not known here; write it again with zstd or gzip`,
      );
    }
    bytes = decode(name, bytes, (expected ?? most) + 64);
  }
  if (expected !== null && bytes.length !== expected) {
    throw new RangeError(`a chunk unpacks to ${bytes.length} of ${expected} bytes`);
  }
  return bytes;
}

function decode(name: string, bytes: Uint8Array, most: number): Uint8Array {
  try {
    return DECODERS[name](bytes, most);
  } catch (error) {
    throw new RangeError(`a chunk is damaged (${name}: ${messageOf(error)})`, { cause: error });
  }
}

/** Claims of a frame are checked first: the decoder takes the memory that they name. */
function zstd(bytes: Uint8Array, most: number): Uint8Array {
  const size = zstdSize(bytes);
  if (size !== null && size > most) throw new RangeError(`a chunk claims ${size} bytes`);
  return size === null ? unzstd(bytes) : unzstd(bytes, new Uint8Array(size));
}

/** The content size in a frame's head (RFC 8878, section 3.1.1.1); null where it is left out. */
function zstdSize(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 14 || view.getUint32(0, true) !== 0xfd2fb528) return null;
  const head = bytes[4];
  const isSingle = (head & 0x20) !== 0;
  const at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][head & 3];
  const field = head >> 6;
  if (field === 0) return isSingle ? bytes[at] : null;
  if (field === 1) return view.getUint16(at, true) + 256;
  return field === 2 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
