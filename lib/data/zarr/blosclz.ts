import { copyBack } from "./lz4.ts";

const FAR = 8191;

/**
 * Unpacks one block of Blosc's own compressor, a kind of FastLZ, into `out`, which it must fill.
 *
 * Format: c-blosc 1.21, blosclz.c.
 *
 * @throws {RangeError} when the block is damaged.
 */
export function unblosclz(bytes: Uint8Array, out: Uint8Array): Uint8Array {
  let [at, to] = [0, 0];
  let control = next() & 31;
  for (;;) {
    if (control >= 32) {
      let length = (control >> 5) - 1;
      let distance = (control & 31) << 8;
      if (length === 6) { for (let byte = 255; byte === 255; length += byte) byte = next(); }
      const low = next();
      distance += low;
      if (low === 255 && distance - low === 31 << 8) distance = (next() << 8) + next() + FAR;
      length += 3;
      distance += 1;
      if (distance > to || to + length > out.length) throw damaged();
      copyBack(out, to, distance, length);
      to += length;
    } else {
      const literals = control + 1;
      if (at + literals > bytes.length || to + literals > out.length) throw damaged();
      out.set(bytes.subarray(at, at + literals), to);
      at += literals;
      to += literals;
    }
    if (at >= bytes.length) break;
    control = next();
  }
  if (to !== out.length) throw damaged();
  return out;

  function next(): number {
    if (at >= bytes.length) throw damaged();
    return bytes[at++];
  }
}

const damaged = () => new RangeError("a BloscLZ block is damaged");
