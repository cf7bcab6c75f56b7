import * as tf from "lib/tensor/mod.ts";

/**
 * `size` numbers in [0, 1): MurmurHash3's finaliser of a counter. Its twin in torch/fill.py gives the same, so that
 * both sides compute on the same numbers without sending them.
 */
export function uniform(size: number, seed: number): Float64Array {
  const values = new Float64Array(size);
  const start = Math.imul(seed, 0x9e3779b1);
  for (let i = 0; i < size; i++) {
    let h = (i + start) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    values[i] = ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  }
  return values;
}

/** How a tensor is filled: uniform with mean 0, or of one sign throughout. */
export interface Filling {
  readonly shape: readonly number[];
  /** Standard deviation. */
  readonly deviation: number;
  readonly sign?: "positive" | "negative";
}

/** A float32 tensor of {@linkcode uniform} numbers. */
export function filled({ shape, deviation, sign }: Filling, seed: number): tf.Tensor {
  const scale = deviation * Math.sqrt(12);
  const signed = { positive: Math.abs, negative: (v: number) => -Math.abs(v) };
  const map = sign ? signed[sign] : (v: number) => v;
  const values = uniform(tf.util.sizeFromShape([...shape]), seed);
  const numbers = new Float32Array(values.length); // Float32Array.from would keep a boxed number for each
  values.forEach((v, i) => numbers[i] = map((v - 0.5) * scale));
  return tf.tensor(numbers, [...shape]);
}
