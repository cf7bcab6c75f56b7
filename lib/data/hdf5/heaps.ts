import type { ByteSource } from "../../runtime/mod.ts";

/** "GCOL", version 1 and three reserved bytes: where a global heap begins, which keeps texts of any length. */
const SIGNATURE = Uint8Array.of(0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0);
const HEAD_BYTES = 16;
/** Of an object in the heap; none is smaller. */
const OBJECT_BYTES = 16;
/** Pieces of metadata are not larger; values are not looked through. */
const MOST = 1 << 20;

/**
 * Takes the signature from damaged global heaps among `bytes`, which were read from `file` at `start`, so that the HDF5
 * library refuses them: it walks a heap by the sizes of its objects, and one of size 0 keeps it there for ever.
 *
 * Layout: HDF5 File Format Specification 3.0, section III.E.
 */
export function guardHeaps(file: ByteSource, bytes: Uint8Array, start: number): void {
  if (bytes.length > MOST) return;
  for (let at = findSignature(bytes, 0); at >= 0; at = findSignature(bytes, at + 1)) {
    if (!isSound(file, start + at)) bytes.fill(0, at, at + SIGNATURE.length);
  }
}

function findSignature(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(SIGNATURE[0], from);
  while (at >= 0 && SIGNATURE.some((byte, i) => bytes[at + i] !== byte)) {
    at = bytes.indexOf(SIGNATURE[0], at + 1);
  }
  return at;
}

/** True if the objects of the heap at `address` follow each other to its end. */
function isSound(file: ByteSource, address: number): boolean {
  const head = new DataView(new ArrayBuffer(HEAD_BYTES));
  if (file.read(address, new Uint8Array(head.buffer)) < HEAD_BYTES) return false;
  const size = Number(head.getBigUint64(8, true));
  if (size > file.size) return false;
  const heap = new DataView(new ArrayBuffer(size));
  if (file.read(address, new Uint8Array(heap.buffer)) < size) return false;
  let at = HEAD_BYTES;
  while (at + OBJECT_BYTES <= size) {
    const [index, bytes] = [heap.getUint16(at, true), Number(heap.getBigUint64(at + 8, true))];
    const taken = index > 0 ? OBJECT_BYTES + 8 * Math.ceil(bytes / 8) : bytes; // index 0 is what is free
    if (taken < OBJECT_BYTES || at + taken > size) return false;
    at += taken;
  }
  return true;
}
