/** Compression of a stream of bytes, detected by its first bytes. */
export type Compression = "gzip" | "bzip2" | "xz" | "none";

const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
];

/** Of a stream that starts with these bytes (six are enough). */
export const compressionOf = (head: Uint8Array): Compression =>
  MAGIC.find(([, magic]) => magic.every((byte, i) => head[i] === byte))?.[0] ?? "none";
