import * as tf from "../../lib/tensor/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";

/** A tensor as plain numbers, the form of the slow twins and of the golden file. */
export interface Plain {
  readonly shape: number[];
  readonly values: ArrayLike<number>;
}

/** Normal float32 numbers of a seeded stream. */
export function randomPlain(shape: number[], seed: string, deviation = 1): Plain {
  const rng = createRng(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  return { shape, values: Float32Array.from({ length: size }, () => deviation * rng.normal()) };
}

export const toTensor = ({ shape, values }: Plain): tf.Tensor => tf.tensor(Float32Array.from(values), shape);

/**
 * Largest absolute difference over the largest absolute expected number: the error a sum of many such numbers
 * would see, without blowing up where single expected numbers are near zero. Numbers below `floor` count as it.
 */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, floor = 1e-30): number {
  if (actual.length !== expected.length) return Infinity;
  let scale = floor, difference = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]));
    const gap = Math.abs(actual[i] - expected[i]);
    difference = gap >= difference ? gap : Number.isNaN(gap) ? Infinity : difference;
  }
  return difference / scale;
}

/** The output of `run` and the gradients of `sum(run(inputs) * probe)`, out of the backend (which may not block). */
export async function valueAndGradients(
  inputs: Plain[],
  { run, probe }: { run: (...inputs: tf.Tensor[]) => tf.Tensor; probe: Plain },
): Promise<{ output: Float32Array; gradients: Float32Array[] }> {
  const results = tf.tidy(() => {
    const tensors = inputs.map(toTensor);
    const score = (...leaves: tf.Tensor[]) => tf.sum(tf.mul(run(...leaves), toTensor(probe)));
    return [run(...tensors), ...tf.grads(score)(tensors)];
  });
  const [output, ...gradients] = await Promise.all(results.map((tensor) => tensor.data<"float32">()));
  tf.dispose(results);
  return { output, gradients };
}
