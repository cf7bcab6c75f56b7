import * as tf from "@tensorflow/tfjs";
import { globalNormReference } from "./reference.ts";

export type Gradients = Map<string, tf.Tensor>;

/**
 * Scales all gradients by `max / norm` when their joint L2 norm exceeds `max` (Pascanu et al. 2013).
 *
 * The returned map replaces the given one: gradients that had to be scaled are disposed and stand anew in it.
 */
export function clipGlobalNorm(gradients: Gradients, max: number): { gradients: Gradients; norm: number } {
  const norm = globalNormReference([...gradients.values()]);
  if (!(norm > max)) return { gradients, norm };
  const scaled = new Map<string, tf.Tensor>();
  for (const [name, gradient] of gradients) {
    scaled.set(name, tf.mul(gradient, max / norm));
    gradient.dispose();
  }
  return { gradients: scaled, norm };
}
