import * as tf from "../tensor/mod.ts";
import type { Rng } from "../runtime/mod.ts";

/** Trainable tensors of one, two and any number of axes. */
export type Vector = tf.Variable<tf.Rank.R1>;
export type Matrix = tf.Variable<tf.Rank.R2>;

/** A trainable tensor with the given values. */
export function parameter<N extends number[]>(values: Float32Array, shape: [...N]): tf.Variable<RankOf<N>> {
  const axes: number[] = shape;
  const variable = tf.tidy(() => tf.variable(tf.tensor<tf.Rank>(values, axes, "float32")));
  return variable as tf.Variable<RankOf<N>>;
}

/** The rank of a shape by its number of axes. */
type RankOf<N extends number[]> = N extends [number] ? tf.Rank.R1
  : N extends [number, number] ? tf.Rank.R2
  : tf.Rank;

/** A trainable tensor filled with one number. */
export function constantParameter<N extends number[]>(value: number, shape: [...N]): tf.Variable<RankOf<N>> {
  return parameter(new Float32Array(tf.util.sizeFromShape(shape)).fill(value), shape);
}

/** Entries uniform in [low, high). */
export function uniformParameter<N extends number[]>(
  rng: Rng,
  shape: [...N],
  [low, high]: [number, number],
): tf.Variable<RankOf<N>> {
  return drawnParameter(shape, () => low + (high - low) * rng.uniform());
}

/** Entries normal with mean 0 and the given standard deviation. */
export function normalParameter<N extends number[]>(
  rng: Rng,
  shape: [...N],
  deviation: number,
): tf.Variable<RankOf<N>> {
  return drawnParameter(shape, () => deviation * rng.normal());
}

function drawnParameter<N extends number[]>(shape: [...N], draw: () => number): tf.Variable<RankOf<N>> {
  const values = new Float32Array(tf.util.sizeFromShape(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return parameter(values, shape);
}

/** Weights of an affine map, `[outputs, inputs]` as in PyTorch, with or without bias. */
export type LinearParams = {
  readonly weight: Matrix;
  readonly bias?: Vector;
};

/** PyTorch's default for nn.Linear: uniform in +-1/sqrt(inputs), bias too. */
export function initLinear(
  rng: Rng,
  size: { inputs: number; outputs: number; bias?: boolean },
): LinearParams {
  const bound = 1 / Math.sqrt(size.inputs);
  const weight = uniformParameter(rng, [size.outputs, size.inputs], [-bound, bound]);
  if (size.bias === false) return { weight };
  return { weight, bias: uniformParameter(rng, [size.outputs], [-bound, bound]) };
}

/** Scale and shift of a normalisation. */
export type NormParams = {
  readonly weight: Vector;
  readonly bias: Vector;
};

/** LayerNorm's start: scale 1, shift 0. */
export function initNorm(width: number): NormParams {
  return { weight: constantParameter(1, [width]), bias: constantParameter(0, [width]) };
}
