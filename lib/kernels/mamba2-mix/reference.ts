import * as tf from "../../tensor/mod.ts";
import { causalConvSiluReference } from "../causal-conv-silu/reference.ts";
import { gatedRmsNormReference } from "../rms-norm/reference.ts";
import { ssdScanReference } from "../ssd-scan/reference.ts";

/** The parameters that one direction does not share with the other: F features in H heads, N state width. */
export type MixDirection<Vector = tf.Tensor1D, Matrix = tf.Tensor2D> = {
  /** Depthwise filter over x, b and c, `[F + 2 N, taps]`. */
  readonly convWeight: Matrix;
  /** `[F + 2 N]`. */
  readonly convBias: Vector;
  /** Added to dt before softplus, `[H]`. */
  readonly dtBias: Vector;
  /** log of minus the decay rate, `[H]`. */
  readonly aLog: Vector;
  /** Skip weights, `[H]`. */
  readonly d: Vector;
  /** Scale of the gated norm, `[F]`. */
  readonly norm: Vector;
};

export interface MixDirections {
  readonly forward: MixDirection;
  readonly reverse: MixDirection;
}

export interface MixOptions {
  /** Unpadded positions of each row, int32 `[B]`. */
  readonly lengths: tf.Tensor1D;
  /** Positions a block of the scan (default: what suits the backend); any value gives the same numbers. */
  readonly chunk?: number;
  /** Of the gated norm (default 1e-5). */
  readonly eps?: number;
}

/** Widths that the parameters imply. */
export function mixWidths({ convBias, norm, dtBias }: MixDirection) {
  const [features] = norm.shape;
  const [heads] = dtBias.shape;
  const [channels] = convBias.shape;
  return { features, heads, channels, state: (channels - features) / 2 };
}

/** The two directions one after the other, from the reference forms of their parts. */
export function mamba2MixReference(
  projected: tf.Tensor3D,
  directions: MixDirections,
  options: MixOptions,
): tf.Tensor3D {
  const forward = mixDirection(projected, directions.forward, { ...options, reverse: false });
  const reverse = mixDirection(projected, directions.reverse, { ...options, reverse: true });
  return tf.mul(tf.add(forward, reverse), 0.5);
}

function mixDirection(
  projected: tf.Tensor3D,
  params: MixDirection,
  options: MixOptions & { reverse: boolean },
): tf.Tensor {
  const { features, heads, channels, state } = mixWidths(params);
  const [batch, length] = projected.shape;
  const [z, xbc, dt] = tf.split(projected, [features, channels, heads], 2) as tf.Tensor3D[];
  const { convWeight: weight, convBias: bias } = params;
  const mixed = causalConvSiluReference(xbc, { weight, bias, ...options });
  const [x, b, c] = tf.split(mixed, [features, state, state], 2) as tf.Tensor3D[];
  const y = ssdScanReference({
    x: tf.reshape(x, [batch, length, heads, features / heads]),
    dt: tf.softplus(tf.add(dt, params.dtBias)),
    a: tf.neg(tf.exp(params.aLog)),
    b,
    c,
    d: params.d,
  }, options);
  return gatedRmsNormReference(tf.reshape(y, [batch, length, features]), z, {
    weight: params.norm,
    eps: options.eps,
  });
}
