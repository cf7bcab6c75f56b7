import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel } from "../core/dispatch.ts";
import { globalNormReference } from "./reference.ts";

/** Scalar norm over any number of inputs. */
export const GLOBAL_NORM = "KcfGlobalNorm";

export type Gradients = Map<string, tf.Tensor>;

/**
 * Scales all gradients by `max / norm` when their joint L2 norm exceeds `max` (Pascanu et al. 2013).
 *
 * The returned map replaces the given one: gradients that had to be scaled are disposed and stand anew in it.
 */
export function clipGlobalNorm(gradients: Gradients, max: number): { gradients: Gradients; norm: number } {
  const norm = globalNorm(gradients);
  if (!(norm > max)) return { gradients, norm };
  const scaled = new Map<string, tf.Tensor>();
  for (const [name, gradient] of gradients) {
    scaled.set(name, tf.mul(gradient, max / norm));
    gradient.dispose();
  }
  return { gradients: scaled, norm };
}

function globalNorm(gradients: Gradients): number {
  if (!hasKernel(GLOBAL_NORM)) return globalNormReference([...gradients.values()]);
  const scalar = runKernel(GLOBAL_NORM, Object.fromEntries(gradients));
  const [norm] = scalar.dataSync();
  scalar.dispose();
  return norm;
}
