import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel } from "../core/dispatch.ts";
import { type DropoutOptions, dropoutReference } from "./reference.ts";

export type { DropoutOptions };

/** Input x. */
export const DROPOUT = "KcfDropout";
export type DropoutAttributes = Required<DropoutOptions>;

/**
 * Zeroes entries with probability `rate` and scales the others by 1 / (1 - rate). The mask is a hash of the seed and an
 * entry's position, so it needs no memory and a part of a tensor gets its part of the whole's mask.
 */
export function dropout<T extends tf.Tensor>(x: T, options: DropoutOptions): T {
  if (!hasKernel(DROPOUT)) return dropoutReference(x, options);
  const { rate, seed, from = 0 } = options;
  return runKernel(DROPOUT, { x }, { rate, seed, from }) as T;
}

// The gradient falls through the same mask.
tf.registerGradient({
  kernelName: DROPOUT,
  gradFunc: (dy, _, attributes) => ({ x: () => runKernel(DROPOUT, { x: dy as tf.Tensor }, attributes) }),
});
