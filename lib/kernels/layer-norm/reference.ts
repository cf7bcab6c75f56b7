import * as tf from "../../tensor/mod.ts";

export interface LayerNormOptions {
  /** Scale `[width]`; left out, the result is not scaled. */
  readonly weight?: tf.Tensor;
  /** Shift `[width]`; left out, the result is not shifted. */
  readonly bias?: tf.Tensor;
  /** Added to the variance (default 1e-5). */
  readonly eps?: number;
}

/** `(x - mean) / sqrt(var + eps) * weight + bias` over the last axis, in plain ops. */
export function layerNormReference(x: tf.Tensor, options: LayerNormOptions = {}): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  const normal = tf.mul(centred, tf.rsqrt(tf.add(variance, options.eps ?? 1e-5)));
  const scaled = options.weight ? tf.mul(normal, options.weight) : normal;
  return options.bias ? tf.add(scaled, options.bias) : scaled;
}
