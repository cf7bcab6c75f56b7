import * as tf from "../../tensor/mod.ts";
import { MOST_TAPS } from "../causal-conv-silu/op.ts";
import { hasKernel, runKernels } from "../core/dispatch.ts";
import { checkShapes } from "../core/shapes.ts";
import { FLAT_NAMES, flatInputs } from "./inputs.ts";
import {
  mamba2MixReference,
  type MixDirection,
  type MixDirections,
  type MixOptions,
  mixWidths,
} from "./reference.ts";

export type { MixDirection, MixDirections, MixOptions };

/** The mixture and the scans of both directions, which the gradient needs. */
export const MAMBA2_MIX = "KcfMamba2Mix";
/** Gradients of projected and {@linkcode FLAT_NAMES} from the inputs, both scans and dy. */
export const MAMBA2_MIX_GRADIENT = "KcfMamba2MixGradient";

export interface MixAttributes {
  /** 0 leaves the choice to the kernel. */
  readonly chunk: number;
  readonly eps: number;
}

/**
 * Everything of a bidirectional Mamba-2 layer between its two projections, as one operator:
 * `(mix_forward + mix_reverse) / 2` with `mix = rmsNorm(ssdScan(causalConvSilu(x b c), softplus(dt)) * silu(z))`.
 * The gradient keeps `projected` and the two scans, and recomputes the rest.
 *
 * @param projected `[B, L, 2 F + 2 N + H]`, at each position z, x, b, c, dt
 * @returns `[B, L, F]`, zero at padded positions
 * @throws {TypeError} when the shapes do not fit.
 */
export function mamba2Mix(
  projected: tf.Tensor3D,
  directions: MixDirections,
  options: MixOptions,
): tf.Tensor3D {
  const { lengths, chunk = 0, eps = 1e-5 } = options;
  checkMixer(projected, directions, lengths);
  const taps = Math.max(directions.forward.convWeight.shape[1], directions.reverse.convWeight.shape[1]);
  if (taps > MOST_TAPS || !hasKernel(MAMBA2_MIX)) return mamba2MixReference(projected, directions, options);
  const inputs = { projected, lengths, ...flatInputs(directions) };
  const [mixed, ...scans] = runKernels(MAMBA2_MIX, inputs, { chunk, eps });
  scans.forEach((scan) => scan.dispose()); // the tape, if there is one, keeps its own reference
  return mixed as tf.Tensor3D;
}

/** @throws {TypeError} when the shapes do not fit; of `projected` only its shape and type matter. */
export function checkMixer(
  projected: Pick<tf.Tensor, "shape" | "dtype">,
  { forward, reverse }: MixDirections,
  lengths: tf.Tensor1D,
): void {
  const [rows, length] = projected.shape;
  const { features, heads, channels } = mixWidths(forward);
  for (
    const [name, { convWeight, convBias, dtBias, aLog, d, norm }] of Object.entries({ forward, reverse })
  ) {
    checkShapes(`mamba2Mix ${name}`, {
      projected: [projected, [rows, length, features + channels + heads]],
      lengths: [lengths, [rows], "int32"],
      convWeight: [convWeight, [channels, convWeight.shape[1]]],
      convBias: [convBias, [channels]],
      dtBias: [dtBias, [heads]],
      aLog: [aLog, [heads]],
      d: [d, [heads]],
      norm: [norm, [features]],
    });
  }
}

tf.registerGradient({
  kernelName: MAMBA2_MIX,
  inputsToSave: ["projected", "lengths", ...FLAT_NAMES],
  outputsToSave: [false, true, true],
  gradFunc: (dy, saved, attributes) => {
    const [projected, lengths, ...rest] = saved;
    const scans = rest.splice(FLAT_NAMES.length);
    const params = Object.fromEntries(FLAT_NAMES.map((name, i) => [name, rest[i]]));
    const inputs = {
      projected,
      lengths,
      ...params,
      "forward.scan": scans[0],
      "reverse.scan": scans[1],
      dy: (dy as tf.Tensor[])[0],
    };
    const gradients = runKernels(MAMBA2_MIX_GRADIENT, inputs, attributes);
    return Object.fromEntries(["projected", ...FLAT_NAMES].map((name, i) => [name, () => gradients[i]]));
  },
});
