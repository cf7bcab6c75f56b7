import * as tf from "../../tensor/mod.ts";
import { lengthMask } from "../core/mask.ts";

/** B batch, L length, H heads, P head width, N state width. */
export interface SsdInputs {
  /** `[B, L, H, P]`. */
  readonly x: tf.Tensor4D;
  /** Step sizes after softplus, `[B, L, H]`. */
  readonly dt: tf.Tensor3D;
  /** Decay rates, negative, `[H]`. */
  readonly a: tf.Tensor1D;
  /** Input projections, shared by the heads, `[B, L, N]`. */
  readonly b: tf.Tensor3D;
  /** Output projections, shared by the heads, `[B, L, N]`. */
  readonly c: tf.Tensor3D;
  /** Skip weights, `[H]`. */
  readonly d: tf.Tensor1D;
}

export interface SsdOptions {
  /** Unpadded positions of each row, int32 `[B]`. */
  readonly lengths: tf.Tensor1D;
  /** Run from the last unpadded position down to the first (default false). */
  readonly reverse?: boolean;
  /** Positions a block (default: what suits the backend); any value gives the same numbers. */
  readonly chunk?: number;
}

/** Large enough that its exponential is zero. */
const MASKED = -1e9;

/**
 * The block decomposition of Mamba-2's scan (Dao and Gu 2024, section 6) in plain ops.
 *
 * Padding takes no step (dt = 0: no decay, no input), so it may stand anywhere: turning the whole row around
 * equals turning its unpadded prefix around, and the length may be padded to whole chunks.
 */
export function ssdScanReference(inputs: SsdInputs, options: SsdOptions): tf.Tensor4D {
  const { x } = inputs;
  const [batch, length, heads, width] = x.shape;
  const state = inputs.b.shape[2];
  const size = Math.min(options.chunk ?? 64, length);
  const chunks = Math.ceil(length / size);
  const mask = lengthMask(options.lengths, length);
  const orient = <T extends tf.Tensor>(t: T): T => options.reverse ? tf.reverse(t, 1) : t;
  const inChunks = (t: tf.Tensor, shape: number[]): tf.Tensor =>
    tf.reshape(padLength(orient(t), chunks * size), [batch, chunks, size, ...shape]);

  const dt = tf.transpose(inChunks(tf.mul(inputs.dt, tf.expandDims(mask, 2)), [heads]), [0, 1, 3, 2]);
  const xdt = tf.mul(
    tf.transpose(inChunks(x, [heads, width]), [0, 1, 3, 2, 4]),
    tf.expandDims(dt, 4),
  ) as tf.Tensor5D; // [B, chunks, H, size, P]
  const b = tf.expandDims(inChunks(inputs.b, [state]), 2); // [B, chunks, 1, size, N]
  const c = tf.expandDims(inChunks(inputs.c, [state]), 2);
  const decay = cumulative(tf.mul(dt, tf.reshape(inputs.a, [1, 1, heads, 1]))); // log, [B, chunks, H, size]

  const within = tf.matMul(tf.mul(tf.matMul(c, b, false, true), triangularDecay(decay)), xdt);
  const entering = enteringStates(xdt, b, decay); // [B, chunks, H, P, N]
  const carried = tf.mul(
    tf.matMul(perHead(c, heads), entering, false, true),
    tf.expandDims(tf.exp(decay), 4),
  );
  const y = tf.reshape(tf.transpose(tf.add(within, carried), [0, 1, 3, 2, 4]), [batch, -1, heads, width]);
  const kept = orient(tf.slice(y, [0, 0, 0, 0], [-1, length, -1, -1]));
  const skipped = tf.add(kept, tf.mul(x, tf.reshape(inputs.d, [1, 1, heads, 1])));
  return tf.mul(skipped, tf.reshape(mask, [batch, length, 1, 1])) as tf.Tensor4D;
}

/** One copy a head; a product with ones, because tile has no gradient at rank 5 and matMul none for broadcasts. */
const perHead = (t: tf.Tensor, heads: number): tf.Tensor => tf.mul(t, tf.ones([1, 1, heads, 1, 1]));

/** Zeros appended to axis 1 up to `length`. */
function padLength(t: tf.Tensor, length: number): tf.Tensor {
  const widths = t.shape.map((size, axis): [number, number] => [0, axis === 1 ? length - size : 0]);
  return tf.pad(t, widths);
}

/** Inclusive sums over the last axis, as a product with a triangle of ones (cumsum is slow on wasm). */
function cumulative(t: tf.Tensor): tf.Tensor {
  const size = t.shape[t.rank - 1];
  const triangle = tf.linalg.bandPart(tf.ones([size, size]), -1, 0);
  return tf.reshape(tf.matMul(tf.reshape(t, [-1, size]), triangle, false, true), t.shape);
}

/** exp(decay_i - decay_j) for j <= i, else 0: `[..., size]` to `[..., size, size]`. */
function triangularDecay(decay: tf.Tensor): tf.Tensor {
  const size = decay.shape[decay.rank - 1];
  const above = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([size, size]), -1, 0)), MASKED);
  const difference = tf.sub(tf.expandDims(decay, -1), tf.expandDims(decay, -2));
  return tf.exp(tf.minimum(tf.add(difference, above), 0));
}

/** The state before each chunk: a short recurrence over chunk sums, `[B, chunks, H, P, N]`. */
function enteringStates(xdt: tf.Tensor5D, b: tf.Tensor, decay: tf.Tensor): tf.Tensor {
  const [batch, chunks, heads, size, width] = xdt.shape;
  const last = tf.slice(decay, [0, 0, 0, size - 1], [-1, -1, -1, 1]); // [B, chunks, H, 1]
  const toEnd = tf.expandDims(tf.exp(tf.sub(last, decay)), 4);
  const added = tf.unstack(tf.matMul(tf.mul(xdt, toEnd), perHead(b, heads), true, false), 1);
  const kept = tf.unstack(tf.exp(tf.expandDims(last, 4)), 1); // [B, H, 1, 1] each
  const states: tf.Tensor[] = [tf.zeros([batch, heads, width, b.shape[4]!])];
  for (let i = 0; i + 1 < chunks; i++) states.push(tf.add(tf.mul(states[i], kept[i]), added[i]));
  return tf.stack(states, 1);
}
