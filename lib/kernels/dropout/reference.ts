import * as tf from "@tensorflow/tfjs";

export interface DropoutOptions {
  /** Share of the entries that become 0, in [0, 1). */
  readonly rate: number;
  /** Any integer; equal seeds give equal masks. */
  readonly seed: number;
  /** Entries of a larger tensor that come before x, where x is a part of it: it gets its part of the mask. */
  readonly from?: number;
}

/** x times its mask, with the mask built entry by entry. */
export function dropoutReference<T extends tf.Tensor>(x: T, { rate, seed, from = 0 }: DropoutOptions): T {
  const threshold = dropoutThreshold(rate);
  const mask = Float32Array.from(
    { length: x.size },
    (_, i) => (mix(mix(from + i) ^ seed) >>> 0) >= threshold ? 1 / (1 - rate) : 0,
  );
  return tf.mul(x, tf.tensor(mask, x.shape)) as T;
}

/** Words below this are dropped. */
export const dropoutThreshold = (rate: number): number => Math.floor(rate * 2 ** 32);

/** A bijection of 32-bit words that changes about half of all bits when one changes (after Wellons' lowbias32). */
function mix(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  return h ^ (h >>> 16);
}
