import type * as tf from "../../tensor/mod.ts";
import { runProgram } from "../webgpu/program.ts";

/** Products of the last axes of two `[B, L, H, P]`: `[B, L, H]`. */
export const dots = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
  runProgram({
    name: "kcfDots",
    inputs: { x, y },
    shape: x.shape.slice(0, 3),
    integers: { width: x.shape[3]! },
    code: `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let start = index * uniforms.width;
        var sum = 0.0;
        for (var at = start; at < start + uniforms.width; at++) { sum += x[at] * y[at]; }
        result[index] = sum;
      }`,
  });

/** Sums of `[B, L, H, N]` over the heads: `[B, L, N]`. */
export const sumOverHeads = (x: tf.Tensor): tf.Tensor =>
  runProgram({
    name: "kcfSumOverHeads",
    inputs: { x },
    shape: [x.shape[0], x.shape[1]!, x.shape[3]!],
    integers: { heads: x.shape[2]!, width: x.shape[3]! },
    code: `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let start = index / uniforms.width * uniforms.heads * uniforms.width + index % uniforms.width;
        var sum = 0.0;
        for (var head = 0; head < uniforms.heads; head++) { sum += x[start + head * uniforms.width]; }
        result[index] = sum;
      }`,
  });

/**
 * Sums of `[B, L, H]` from each position to the last of the scan. tfjs's cumulative sum keeps the first length that it
 * was compiled for.
 */
export const sumsToEnd = (x: tf.Tensor, reverse: boolean): tf.Tensor =>
  runProgram({
    name: "kcfSumsToEnd",
    inputs: { x },
    shape: x.shape,
    constants: { REVERSE: Number(reverse) },
    integers: { length: x.shape[1]!, heads: x.shape[2]! },
    threads: x.shape[0] * x.shape[2]!,
    code: `
      fn main(index : i32) {
        let row = index / uniforms.heads;
        if (row * uniforms.length * uniforms.heads >= uniforms.size) { return; }
        var sum = 0.0;
        for (var step = 0; step < uniforms.length; step++) {
          let t = select(uniforms.length - 1 - step, step, REVERSE == 1);
          let at = (row * uniforms.length + t) * uniforms.heads + index % uniforms.heads;
          sum += x[at];
          result[at] = sum;
        }
      }`,
  });
