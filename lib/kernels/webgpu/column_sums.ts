import * as tf from "../../tensor/mod.ts";
import { type Program, runProgram } from "./program.ts";

/** Rows that one thread sums. */
const ROWS = 64;

/** The sum to compute: `value` is an expression of `row`, `column` and `uniforms.width`. */
export interface Summands extends Pick<Program, "name" | "inputs" | "constants" | "integers" | "floats"> {
  readonly rows: number;
  readonly width: number;
  readonly value: string;
  /** Functions that `value` calls. */
  readonly head?: string;
}

/** Sums of `[rows, width]` numbers over the rows, in blocks, so that all of the GPU takes part: `[width]`. */
export function columnSums(summands: Summands): tf.Tensor {
  const { rows, width, value, head = "", integers, ...rest } = summands;
  const blocks = Math.ceil(rows / ROWS);
  const sums = runProgram({
    ...rest,
    shape: [blocks, width],
    integers: { ...integers, rows, width },
    code: `${head}
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let column = index % uniforms.width;
        let start = index / uniforms.width * ${ROWS};
        var sum = 0.0;
        for (var row = start; row < min(start + ${ROWS}, uniforms.rows); row++) { sum += ${value}; }
        result[index] = sum;
      }`,
  });
  return blocks > 1 ? tensorColumnSums(sums) : tf.reshape(sums, [width]);
}

/** Sums of a tensor over all axes but the last. */
export function tensorColumnSums(x: tf.Tensor): tf.Tensor {
  const width = x.shape[x.rank - 1];
  return columnSums({
    name: "kcfColumnSums",
    inputs: { x },
    rows: x.size / width,
    width,
    value: "x[row * uniforms.width + column]",
  });
}
