import * as tf from "../../tensor/mod.ts";

export interface MatMulOptions {
  /** Swap the last two axes of `a` (default false). */
  readonly transposeA?: boolean;
  /** Swap the last two axes of `b` (default false). */
  readonly transposeB?: boolean;
}

/** `a b` over the last two axes; leading axes broadcast. */
export function matMulReference<T extends tf.Tensor>(a: T, b: tf.Tensor, options: MatMulOptions = {}): T {
  return tf.matMul(a, b, options.transposeA ?? false, options.transposeB ?? false) as tf.Tensor as T;
}
