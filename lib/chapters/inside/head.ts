import * as tf from "../../tensor/mod.ts";
import { type SsdInputs, ssdScan } from "../../kernels/mod.ts";
import type { Rng } from "../../runtime/mod.ts";

/** All that one head of a Mamba-2 layer reads of one sentence: L tokens, P channels, N places of memory. */
export interface Head {
  /** Input, `[L, P]`. */
  readonly x: readonly number[][];
  /** Step size at each token, `[L]`; positive. */
  readonly dt: readonly number[];
  /** Rate of forgetting, a negative number. */
  readonly a: number;
  /** Direction in which each token is written, `[L, N]`. */
  readonly b: readonly number[][];
  /** Direction in which each token reads, `[L, N]`. */
  readonly c: readonly number[][];
  /** Weight of x that goes through unmixed. */
  readonly d: number;
}

/** A head with drawn inputs: normal x, b and c, steps around 0.3. */
export function drawHead(
  rng: Rng,
  { length, channels, places }: { length: number; channels: number; places: number },
): Head {
  const table = (columns: number) =>
    Array.from({ length }, () => Array.from({ length: columns }, () => rng.normal()));
  const dt = Array.from({ length }, () => 0.6 * rng.uniform());
  return { x: table(channels), dt, a: -0.5, b: table(places), c: table(places), d: 1 };
}

/** A head as the kernel takes it: a batch of one cell, one head. */
export function kernelInputs({ x, dt, a, b, c, d }: Head): SsdInputs {
  const [length, channels, places] = [x.length, x[0].length, b[0].length];
  const flat = (rows: readonly number[][]) => Float32Array.from(rows.flat());
  return {
    x: tf.tensor4d(flat(x), [1, length, 1, channels]),
    dt: tf.tensor3d([...dt], [1, length, 1]),
    a: tf.tensor1d([a]),
    b: tf.tensor3d(flat(b), [1, length, places]),
    c: tf.tensor3d(flat(c), [1, length, places]),
    d: tf.tensor1d([d]),
  };
}

/** The scan by the kernel that the model runs on, `[L, P]`. */
export function byKernel(
  head: Head,
  options: { chunk?: number; reverse?: boolean } = {},
): number[][] {
  const [length, width] = [head.x.length, head.x[0].length];
  const y = tf.tidy(() =>
    ssdScan(kernelInputs(head), { lengths: tf.tensor1d([length], "int32"), ...options }).dataSync()
  );
  return Array.from({ length }, (_, t) => [...y.subarray(t * width, (t + 1) * width)]);
}
