import * as tf from "../../tensor/mod.ts";
import { MOST_TAPS } from "../causal-conv-silu/op.ts";
import { hasKernel, runKernels } from "../core/dispatch.ts";
import { checkShapes } from "../core/shapes.ts";
import { FLAT_NAMES, flatInputs } from "../mamba2-mix/inputs.ts";
import { checkMixer } from "../mamba2-mix/op.ts";
import { type LayerOptions, mamba2LayerReference } from "./reference.ts";

export type { LayerOptions };

/** Out; with `keep` also projected and the scans of both directions. Inputs as in {@linkcode INPUTS}. */
export const MAMBA2_LAYER = "KcfMamba2Layer";
/** Gradients of {@linkcode LAYER_INPUTS} from the inputs, what was kept, and dy. */
export const MAMBA2_LAYER_GRADIENT = "KcfMamba2LayerGradient";
/** The inputs that have gradients, in their order. */
export const LAYER_INPUTS = ["x", "inWeight", "outWeight", ...FLAT_NAMES] as const;
const INPUTS = [...LAYER_INPUTS, "lengths"];
/** Outputs that the gradient receives. */
export const KEPT = ["projected", "forward.scan", "reverse.scan"] as const;

export interface LayerAttributes {
  readonly eps: number;
  /** True where a gradient will be asked for. */
  readonly keep: boolean;
}

/**
 * A bidirectional Mamba-2 layer, `mix(x inWeight^T) outWeight^T` with `mix` of mamba2Mix, as one operator: a row of the
 * batch passes through all of it while it lies in the cache.
 *
 * @param x `[B, L, width]`
 * @returns `[B, L, width]`, zero at padded positions
 * @throws {TypeError} when the shapes do not fit.
 */
export function mamba2Layer(x: tf.Tensor3D, options: LayerOptions): tf.Tensor3D {
  const { inWeight, outWeight, directions, lengths, eps = 1e-5 } = options;
  const [rows, length, width] = x.shape;
  const [inner] = inWeight.shape;
  const [features] = directions.forward.norm.shape;
  checkShapes("mamba2Layer", {
    inWeight: [inWeight, [inner, width]],
    outWeight: [outWeight, [width, features]],
  });
  checkMixer({ shape: [rows, length, inner], dtype: x.dtype }, directions, lengths);
  const { forward, reverse } = directions;
  const taps = Math.max(forward.convWeight.shape[1], reverse.convWeight.shape[1]);
  if (taps > MOST_TAPS || !hasKernel(MAMBA2_LAYER)) return mamba2LayerReference(x, options);
  const inputs = { x, inWeight, outWeight, lengths, ...flatInputs(directions) };
  const keep = tf.engine().state.gradientDepth > 0;
  const [out, ...kept] = runKernels(MAMBA2_LAYER, inputs, { eps, keep });
  tf.dispose(kept); // the tape, if there is one, has its own reference
  return out as tf.Tensor3D;
}

tf.registerGradient({
  kernelName: MAMBA2_LAYER,
  inputsToSave: INPUTS,
  outputsToSave: [false, true, true, true],
  gradFunc: (dys, saved, attributes) => {
    const named = [...INPUTS, ...KEPT].map((name, i) => [name, saved[i]]);
    const inputs = { ...Object.fromEntries(named), dy: (dys as tf.Tensor[])[0] };
    const gradients = runKernels(MAMBA2_LAYER_GRADIENT, inputs, attributes);
    return Object.fromEntries(LAYER_INPUTS.map((name, i) => [name, () => gradients[i]]));
  },
});
