import * as tf from "../../../tensor/mod.ts";

/** Predicted cells beside measured ones, `[cells, genes]` each. */
export interface GearsOutcome {
  readonly predicted: tf.Tensor2D;
  readonly truth: tf.Tensor2D;
  /** Mean of the control cells: against it a change has its direction. */
  readonly reference: tf.Tensor2D;
  /** Weight of each entry: 1 / (conditions x cells of its condition x scored genes), 0 where not scored. */
  readonly weights: tf.Tensor2D;
}

export interface GearsLossOptions {
  /** Errors count by their power 2 + gamma; default 2, as in the original. */
  readonly gamma?: 0 | 2;
  /** Weight of the direction term; default 0.1. */
  readonly lambda?: number;
  /** Take the sign as direction, whose gradient is zero, as the original does. Default false. */
  readonly asPublished?: boolean;
}

/** The change (in log1p units) at which the smooth direction is tanh(1) = 0.76. */
const SHARPNESS = 0.5;

/**
 * GEARS' loss (Roohani et al. 2023): the weighted sum of `|p - y|^(2 + gamma)`, by which large errors count most, and of
 * `lambda (s(y - c) - s(p - c))^2` with c the control mean. The original's s is the sign; `tanh(d / 0.5)` has a gradient.
 */
export function gearsLoss(
  { predicted, truth, reference, weights }: GearsOutcome,
  { gamma = 2, lambda = 0.1, asPublished = false }: GearsLossOptions = {},
): { total: tf.Scalar; parts: { autofocus: tf.Scalar; direction: tf.Scalar } } {
  const side = (cells: tf.Tensor2D) => {
    const change = tf.sub(cells, reference);
    return asPublished ? tf.sign(change) : tf.tanh(tf.div(change, SHARPNESS));
  };
  const weigh = (errors: tf.Tensor) => tf.sum(tf.mul(errors, weights)) as tf.Scalar;
  const squares = tf.square(tf.sub(predicted, truth));
  const autofocus = weigh(gamma === 2 ? tf.square(squares) : squares);
  const direction = tf.mul(weigh(tf.square(tf.sub(side(truth), side(predicted)))), lambda) as tf.Scalar;
  return { total: tf.add(autofocus, direction), parts: { autofocus, direction } };
}
