import * as tf from "../lib/tensor/mod.ts";
import type { CaseEntry } from "./case.ts";
import { forwardCase } from "./operator_cases.ts";
import { product } from "./flops.ts";
import { clock } from "./timing.ts";

const SIDE = 1024;
const COPIED = 128 * 2 ** 20;

/** The name of the row that all others are measured by. */
export const CEILING = "matMul ceiling";

/** A large square product: the most operations a second that the product in use reaches. */
export const ceilingEntry: CaseEntry = {
  name: CEILING,
  scale: `${SIDE}`,
  shape: `${SIDE}x${SIDE}, ${SIDE}x${SIDE}`,
  best: true,
  create() {
    const square = { shape: [SIDE, SIDE], deviation: 0.5 };
    return forwardCase({
      call: "matMul",
      inputs: [square, square],
      flops: product(SIDE, SIDE, SIDE),
      run: (a, b) => tf.matMul(a, b),
    });
  },
};

/** Bytes a second that one thread copies between arrays that no cache holds, reads and writes counted: best of `repeats`. */
export async function copyRate(repeats: number): Promise<{ bytes: number; bytesPerSecond: number }> {
  const [from, to] = [new Float32Array(COPIED / 4).fill(1), new Float32Array(COPIED / 4)];
  let best = Infinity;
  for (let i = 0; i <= repeats; i++) best = Math.min(best, await clock(() => to.set(from), 1));
  return { bytes: 2 * COPIED, bytesPerSecond: 2 * COPIED / best * 1000 };
}
