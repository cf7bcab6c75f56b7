import * as tf from "@tensorflow/tfjs";
import type { Rng } from "../runtime/mod.ts";

/** What a forward pass needs to know when it trains: the source of its dropout masks. */
export interface TrainingMode {
  readonly rng: Rng;
}

/** Zeroes entries with probability `rate` and scales the rest by 1 / (1 - rate); the identity outside training. */
export function dropout<T extends tf.Tensor>(x: T, options: { rate: number; training?: TrainingMode }): T {
  const { rate, training } = options;
  if (!training || rate === 0) return x;
  const mask = dropoutMask(x.size, { rate, seed: training.rng.int(2 ** 32) });
  return tf.mul(x, tf.tensor(mask, x.shape)) as T;
}

/** A mask by xorshift32: tfjs draws its own from ARC4, which takes longer than the layer it masks. */
function dropoutMask(size: number, { rate, seed }: { rate: number; seed: number }): Float32Array {
  const mask = new Float32Array(size);
  const threshold = rate * 4294967296;
  const kept = 1 / (1 - rate);
  let state = (seed ^ 0x9e3779b9) | 1;
  for (let i = 0; i < size; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    mask[i] = (state >>> 0) < threshold ? 0 : kept;
  }
  return mask;
}
