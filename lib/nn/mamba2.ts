import type * as tf from "../tensor/mod.ts";
import { mamba2Layer, type MixDirection } from "../kernels/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import {
  constantParameter,
  initLinear,
  type LinearParams,
  type Matrix,
  parameter,
  uniformParameter,
  type Vector,
} from "./init.ts";

/** Sizes of a Mamba-2 mixer, named as in its paper (Dao and Gu 2024). */
export interface Mamba2Size {
  readonly width: number;
  readonly expand: number;
  readonly headDim: number;
  readonly stateDim: number;
  readonly convWidth: number;
  readonly chunk: number;
}

/** The trainable parameters of one direction. */
export type DirectionParams = MixDirection<Vector, Matrix>;

/** A bidirectional Mamba-2 mixer; both directions share the projections in and out. */
export type BiMamba2Params = {
  readonly inProjection: LinearParams;
  readonly outProjection: LinearParams;
  readonly forward: DirectionParams;
  readonly reverse: DirectionParams;
};

/** True if AdamW may decay a parameter: not biases, norms and the recurrence's own (Mamba's rule). */
export const decays = (name: string): boolean =>
  !/(^|\.)(dtBias|aLog|d|norm|bias|convBias|norm\.weight)$/.test(name);

/** d_inner and the number of heads. */
export function innerSize(size: Mamba2Size): { inner: number; heads: number } {
  const inner = size.expand * size.width;
  if (inner % size.headDim !== 0) {
    throw new RangeError(`Cannot split ${inner} channels (expand x width) into heads of ${size.headDim}`);
  }
  return { inner, heads: inner / size.headDim };
}

/** Mamba-2's initialisation: A uniform in (1, 16), step sizes log-uniform in [0.001, 0.1], D = 1. */
export function initBiMamba2(rng: Rng, size: Mamba2Size): BiMamba2Params {
  const { inner, heads } = innerSize(size);
  const outputs = 2 * inner + 2 * size.stateDim + heads;
  return {
    inProjection: initLinear(rng.split("in"), { inputs: size.width, outputs, bias: false }),
    outProjection: initLinear(rng.split("out"), { inputs: inner, outputs: size.width, bias: false }),
    forward: initDirection(rng.split("forward"), size),
    reverse: initDirection(rng.split("reverse"), size),
  };
}

function initDirection(rng: Rng, size: Mamba2Size): DirectionParams {
  const { inner, heads } = innerSize(size);
  const channels = inner + 2 * size.stateDim;
  const bound = 1 / Math.sqrt(size.convWidth);
  return {
    convWeight: uniformParameter(rng.split("conv"), [channels, size.convWidth], [-bound, bound]),
    convBias: uniformParameter(rng.split("bias"), [channels], [-bound, bound]),
    dtBias: parameter(Float32Array.from({ length: heads }, () => drawDtBias(rng)), [heads]),
    aLog: parameter(Float32Array.from({ length: heads }, () => Math.log(1 + 15 * rng.uniform())), [heads]),
    d: constantParameter(1, [heads]),
    norm: constantParameter(1, [inner]),
  };
}

/** The inverse softplus of a step size that is log-uniform in [0.001, 0.1]. */
function drawDtBias(rng: Rng): number {
  const dt = Math.max(1e-4, Math.exp(Math.log(0.001) + rng.uniform() * Math.log(0.1 / 0.001)));
  return dt + Math.log(-Math.expm1(-dt));
}

/**
 * Mixes tokens along the sequence in both directions and averages:
 * `out((norm_f(ssd_f(x) * silu(z)) + norm_r(ssd_r(x) * silu(z))) / 2)`.
 *
 * The reverse direction runs over each row's unpadded prefix. Because the projections are tied and act on
 * single positions, they are computed once for both directions.
 *
 * @param x `[batch, length, width]`
 * @returns `[batch, length, width]`, zero at padded positions.
 */
export function biMamba2(
  params: BiMamba2Params,
  x: tf.Tensor3D,
  { size, lengths }: { size: Mamba2Size; lengths: tf.Tensor1D },
): tf.Tensor3D {
  const { forward, reverse, inProjection, outProjection } = params;
  return mamba2Layer(x, {
    inWeight: inProjection.weight,
    outWeight: outProjection.weight,
    directions: { forward, reverse },
    lengths,
    chunk: size.chunk,
    eps: 1e-5,
  });
}
