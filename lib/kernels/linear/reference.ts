import * as tf from "../../tensor/mod.ts";

export type Activation = "none" | "relu" | "gelu" | "silu" | "leakyRelu";

export interface LinearOptions {
  /** Added to every output row, `[outputs]`. */
  readonly bias?: tf.Tensor;
  /** Applied to the result (default "none"). */
  readonly activation?: Activation;
}

/** Slope of leakyRelu below zero, PyTorch's default. */
export const LEAKY_SLOPE = 0.01;

/** `activation(x weight^T + bias)` in plain ops: x `[..., inputs]`, weight `[outputs, inputs]`. */
export function linearReference(x: tf.Tensor, weight: tf.Tensor, options: LinearOptions = {}): tf.Tensor {
  const [outputs, inputs] = weight.shape;
  const rows = tf.reshape(x, [-1, inputs]);
  const product = tf.matMul(rows, weight, false, true);
  const shifted = options.bias ? tf.add(product, options.bias) : product;
  const activated = activate(shifted, options.activation ?? "none");
  return tf.reshape(activated, [...x.shape.slice(0, -1), outputs]);
}

function activate(x: tf.Tensor, activation: Activation): tf.Tensor {
  switch (activation) {
    case "none":
      return x;
    case "relu":
      return tf.relu(x);
    case "leakyRelu":
      return tf.leakyRelu(x, LEAKY_SLOPE);
    case "silu":
      return silu(x);
    case "gelu":
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  }
}

/** `x * sigmoid(x)` (Elfwing et al. 2018). */
export const silu = <T extends tf.Tensor>(x: T): T => tf.mul(x, tf.sigmoid(x));
