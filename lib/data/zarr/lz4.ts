/**
 * Unpacks one LZ4 block into `out`, which it must fill.
 *
 * Format: LZ4 block format description, 1.6.
 *
 * @throws {RangeError} when the block is damaged.
 */
export function unlz4(bytes: Uint8Array, out: Uint8Array): Uint8Array {
  let [at, to] = [0, 0];
  while (at < bytes.length) {
    const token = bytes[at++];
    let literals = token >> 4;
    if (literals === 15) literals += more();
    if (at + literals > bytes.length || to + literals > out.length) throw damaged();
    out.set(bytes.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at >= bytes.length) break;
    const distance = bytes[at] | (bytes[at + 1] << 8);
    at += 2;
    let length = token & 15;
    if (length === 15) length += more();
    length += 4;
    if (distance === 0 || distance > to || to + length > out.length) throw damaged();
    copyBack(out, to, distance, length);
    to += length;
  }
  if (to !== out.length) throw damaged();
  return out;

  function more(): number {
    let sum = 0;
    for (;;) {
      if (at >= bytes.length) throw damaged();
      const byte = bytes[at++];
      sum += byte;
      if (byte !== 255) return sum;
    }
  }
}

const damaged = () => new RangeError("an LZ4 block is damaged");

/** Repeats what lies `distance` bytes back; the two stretches may overlap. */
export function copyBack(out: Uint8Array, to: number, distance: number, length: number): void {
  if (distance >= length) out.copyWithin(to, to - distance, to - distance + length);
  else for (let k = 0; k < length; k++) out[to + k] = out[to + k - distance];
}
