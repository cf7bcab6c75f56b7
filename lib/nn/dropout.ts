import type * as tf from "../tensor/mod.ts";
import * as kernels from "../kernels/mod.ts";
import type { Rng } from "../runtime/mod.ts";

/** Present only in training: the source of the dropout masks. */
export interface TrainingMode {
  readonly rng: Rng;
  /** Rows of the batch before the first one here, where several workers share a batch. Default 0. */
  readonly firstRow?: number;
}

/**
 * Zeroes entries with probability `rate` and scales the rest by 1 / (1 - rate); the identity outside training. Rows of
 * a shared batch get the mask they have in the whole batch, so that the number of workers does not change the result.
 */
export function dropout<T extends tf.Tensor>(x: T, options: { rate: number; training?: TrainingMode }): T {
  const { rate, training } = options;
  if (!training || rate === 0) return x;
  const from = (training.firstRow ?? 0) * x.size / x.shape[0];
  return kernels.dropout(x, { rate, from, seed: training.rng.int(2 ** 32) });
}
