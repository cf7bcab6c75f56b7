import * as tf from "../../tensor/mod.ts";

/** One parameter with its gradient and its two moments. */
export interface AdamWSlot {
  readonly variable: tf.Variable;
  readonly gradient: tf.Tensor;
  readonly first: tf.Variable;
  readonly second: tf.Variable;
  /** `lr * weightDecay`, or 0 for a parameter that does not decay. */
  readonly shrink: number;
}

/** The numbers of one step that all parameters share. */
export interface AdamWStep {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** `lr / (1 - beta1^t)`. */
  readonly rate: number;
  /** `1 / sqrt(1 - beta2^t)`. */
  readonly correction: number;
}

/** The update of one parameter and its moments, in plain ops. */
export function adamWReference(
  { variable, gradient, first, second, shrink }: AdamWSlot,
  step: AdamWStep,
): void {
  tf.tidy(() => {
    first.assign(tf.add(tf.mul(first, step.beta1), tf.mul(gradient, 1 - step.beta1)));
    second.assign(tf.add(tf.mul(second, step.beta2), tf.mul(tf.square(gradient), 1 - step.beta2)));
    const root = tf.add(tf.mul(tf.sqrt(second), step.correction), step.eps);
    const decayed = tf.mul(variable, 1 - shrink);
    variable.assign(tf.sub(decayed, tf.mul(tf.div(first, root), step.rate)));
  });
}
