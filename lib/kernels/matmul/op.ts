import type * as tf from "../../tensor/mod.ts";
import { type MatMulOptions, matMulReference } from "./reference.ts";

export type { MatMulOptions };

/** `a b` over the last two axes, each optionally transposed; leading axes broadcast. */
export function matMul<T extends tf.Tensor>(a: T, b: tf.Tensor, options: MatMulOptions = {}): T {
  return matMulReference(a, b, options);
}
