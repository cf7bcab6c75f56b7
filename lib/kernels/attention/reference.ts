import * as tf from "../../tensor/mod.ts";
import { lengthMask } from "../core/mask.ts";

/** Queries, keys and values, `[batch, heads, length, head width]` each. */
export interface AttentionInputs {
  readonly q: tf.Tensor4D;
  readonly k: tf.Tensor4D;
  readonly v: tf.Tensor4D;
}

/** `softmax(q k^T / sqrt(width)) v` over the keys before each row's length, in plain ops. */
export function attentionReference(
  { q, k, v }: AttentionInputs,
  options: { lengths: tf.Tensor1D },
): tf.Tensor4D {
  const [batch, , length, width] = k.shape;
  const mask = tf.reshape(lengthMask(options.lengths, length), [batch, 1, 1, length]);
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width));
  const open = tf.add(tf.mul(scores, mask), tf.mul(tf.sub(mask, 1), 1e9));
  const weights = tf.mul(tf.softmax(open), mask);
  return tf.matMul(weights, v) as tf.Tensor4D;
}
