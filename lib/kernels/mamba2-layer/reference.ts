import type * as tf from "../../tensor/mod.ts";
import { linear } from "../linear/op.ts";
import { mamba2Mix, type MixDirections, type MixOptions } from "../mamba2-mix/op.ts";

export interface LayerOptions extends MixOptions {
  /** Both directions' parameters. */
  readonly directions: MixDirections;
  /** `[2 F + 2 N + H, width]`. */
  readonly inWeight: tf.Tensor2D;
  /** `[width, F]`. */
  readonly outWeight: tf.Tensor2D;
}

/** The layer from its three operators, which have fast forms of their own. */
export function mamba2LayerReference(
  x: tf.Tensor3D,
  { inWeight, outWeight, directions, ...options }: LayerOptions,
): tf.Tensor3D {
  const mixed = mamba2Mix(linear(x, inWeight) as tf.Tensor3D, directions, options);
  return linear(mixed, outWeight) as tf.Tensor3D;
}
