import { Buffer } from "node:buffer";
import { fstatSync, readSync } from "node:fs";

/** Emscripten's FS.read, through which everything passes that the library reads. */
export type StreamRead = (
  stream: { nfd: number; position: number },
  heap: Int8Array,
  offset: number,
  length: number,
  position?: number,
) => number;

/** "GCOL", version 1 and three reserved bytes: where a global heap begins, which keeps texts of any length. */
const SIGNATURE = Uint8Array.of(0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0);
const HEAD_BYTES = 16;
/** Of an object in the heap; none is smaller. */
const OBJECT_BYTES = 16;
/** Pieces of metadata are not larger; values are not looked through. */
const MOST = 1 << 20;

/**
 * A read that takes the signature from damaged global heaps, so that the library refuses them: it walks a heap by the
 * sizes of its objects, and one of size 0 keeps it there for ever.
 * Layout: HDF5 File Format Specification 3.0, section III.E.
 */
export function guardHeaps(read: StreamRead): StreamRead {
  return (stream, heap, offset, length, position) => {
    const start = position ?? stream.position;
    const count = read(stream, heap, offset, length, position);
    if (count > MOST) return count;
    const bytes = Buffer.from(heap.buffer, heap.byteOffset + offset, count);
    for (let at = bytes.indexOf(SIGNATURE); at >= 0; at = bytes.indexOf(SIGNATURE, at + 1)) {
      if (!isSound(stream.nfd, start + at)) bytes.fill(0, at, at + SIGNATURE.length);
    }
    return count;
  };
}

/** Whether the objects of the heap at `address` follow each other to its end. */
function isSound(file: number, address: number): boolean {
  const head = Buffer.alloc(HEAD_BYTES);
  if (readSync(file, head, 0, HEAD_BYTES, address) < HEAD_BYTES) return false;
  const size = Number(head.readBigUInt64LE(8));
  if (size > fstatSync(file).size) return false;
  const heap = Buffer.alloc(size);
  if (readSync(file, heap, 0, size, address) < size) return false;
  let at = HEAD_BYTES;
  while (at + OBJECT_BYTES <= size) {
    const [index, bytes] = [heap.readUInt16LE(at), Number(heap.readBigUInt64LE(at + 8))];
    const taken = index > 0 ? OBJECT_BYTES + 8 * Math.ceil(bytes / 8) : bytes; // index 0 is what is free
    if (taken < OBJECT_BYTES || at + taken > size) return false;
    at += taken;
  }
  return true;
}
