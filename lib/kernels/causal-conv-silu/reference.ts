import * as tf from "../../tensor/mod.ts";
import { silu } from "../linear/reference.ts";
import { lengthMask } from "../core/mask.ts";

export interface CausalConvOptions {
  /** One filter a channel, `[channels, taps]`; the last tap meets the current position. */
  readonly weight: tf.Tensor2D;
  /** `[channels]`. */
  readonly bias: tf.Tensor1D;
  /** Unpadded positions of each row, int32 `[batch]`. */
  readonly lengths: tf.Tensor1D;
  /** Run from the last unpadded position down to the first (default false). */
  readonly reverse?: boolean;
}

/**
 * The convolution as a sum of shifted copies. Padding is zeroed first, so turning a whole row around only puts
 * zeros in front of it: the same numbers as turning the unpadded prefix around.
 */
export function causalConvSiluReference(x: tf.Tensor3D, options: CausalConvOptions): tf.Tensor3D {
  const [, length] = x.shape;
  const [, taps] = options.weight.shape;
  const mask = tf.expandDims(lengthMask(options.lengths, length), 2);
  const flip = (t: tf.Tensor3D) => options.reverse ? tf.reverse(t, 1) : t;
  const padded = tf.pad(flip(tf.mul(x, mask) as tf.Tensor3D), [[0, 0], [taps - 1, 0], [0, 0]]);
  const column = (tap: number) => tf.reshape(tf.slice(options.weight, [0, tap], [-1, 1]), [-1]);
  const terms = Array.from(
    { length: taps },
    (_, tap) => tf.mul(tf.slice(padded, [0, tap, 0], [-1, length, -1]), column(tap)),
  );
  const sum = terms.reduce((left, right) => tf.add(left, right));
  return tf.mul(flip(silu(tf.add(sum, options.bias)) as tf.Tensor3D), mask);
}
