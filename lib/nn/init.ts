import * as tf from "@tensorflow/tfjs";
import type { Rng } from "../runtime/mod.ts";

/** A trainable tensor with the given values. */
export function parameter(values: Float32Array, shape: number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(values, shape, "float32")));
}

/** A trainable tensor filled with one number. */
export function constantParameter(value: number, shape: number[]): tf.Variable {
  return parameter(new Float32Array(tf.util.sizeFromShape(shape)).fill(value), shape);
}

/** Entries uniform in [low, high). */
export function uniformParameter(rng: Rng, shape: number[], [low, high]: [number, number]): tf.Variable {
  const draw = () => low + (high - low) * rng.uniform();
  return parameter(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, draw), shape);
}

/** Entries normal with mean 0 and the given standard deviation. */
export function normalParameter(rng: Rng, shape: number[], deviation: number): tf.Variable {
  const draw = () => deviation * rng.normal();
  return parameter(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, draw), shape);
}

/** Weights of an affine map, `[outputs, inputs]` as in PyTorch, with or without bias. */
export interface LinearParams {
  readonly [name: string]: tf.Variable | undefined;
  readonly weight: tf.Variable;
  readonly bias?: tf.Variable;
}

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
export interface NormParams {
  readonly [name: string]: tf.Variable;
  readonly weight: tf.Variable;
  readonly bias: tf.Variable;
}

/** LayerNorm's start: scale 1, shift 0. */
export function initNorm(width: number): NormParams {
  return { weight: constantParameter(1, [width]), bias: constantParameter(0, [width]) };
}
