import * as tf from "../../tensor/mod.ts";
import { columnSums, tensorColumnSums } from "../webgpu/column_sums.ts";
import { runProgram } from "../webgpu/program.ts";
import { type Inputs, registerWebgpu } from "../webgpu/register.ts";
import { SILU } from "../webgpu/snippets.ts";
import { CAUSAL_CONV_SILU, CAUSAL_CONV_SILU_GRADIENT, type ConvAttributes } from "./op.ts";

/** `STEP` leads from a position to the one before it in the direction of the convolution. */
function describe({ x, weight }: Inputs, { reverse }: ConvAttributes) {
  const [, length, channels] = x.shape;
  return {
    constants: { TAPS: weight.size / channels, STEP: reverse ? 1 : -1 },
    integers: { length, channels },
  };
}

/** `sumAt(at, t, row)`: the convolution at an unpadded position, whose entry in x is `at`. */
const SUM_AT = `
  fn sumAt(at : i32, t : i32, row : i32) -> f32 {
    let channel = at % uniforms.channels;
    var sum = bias[channel];
    for (var back = 0; back < TAPS; back++) {
      let start = t + back * STEP;
      if (start < 0 || start >= lengths[row]) { break; }
      sum += weight[channel * TAPS + TAPS - 1 - back] * x[at + back * STEP * uniforms.channels];
    }
    return sum;
  }
`;

/** A program of one thread an entry of x: `value` is its result at unpadded positions `t` of `row`. */
const eachEntry = (head: string, value: string): string =>
  `${SILU}${head}
  fn main(index : i32) {
    if (index >= uniforms.size) { return; }
    let t = index / uniforms.channels % uniforms.length;
    let row = index / uniforms.channels / uniforms.length;
    var value = 0.0;
    if (t < lengths[row]) { value = ${value}; }
    result[index] = value;
  }
`;

registerWebgpu<ConvAttributes>(CAUSAL_CONV_SILU, (inputs, attributes) =>
  runProgram({
    ...describe(inputs, attributes),
    name: "kcfConvForward",
    inputs,
    shape: inputs.x.shape,
    code: eachEntry(SUM_AT, "silu(sumAt(index, t, row))"),
  }));

/** The gradient before the activation. */
const inner = (inputs: Inputs, attributes: ConvAttributes): tf.Tensor =>
  runProgram({
    ...describe(inputs, attributes),
    name: "kcfConvInner",
    inputs,
    shape: inputs.x.shape,
    code: eachEntry(SUM_AT, "dy[index] * siluSlope(sumAt(index, t, row))"),
  });

/** Each position meets the taps of those after it. */
const SUM_AFTER = `
  fn sumAfter(at : i32, t : i32, row : i32) -> f32 {
    let channel = at % uniforms.channels;
    var sum = 0.0;
    for (var ahead = 0; ahead < TAPS; ahead++) {
      let to = t - ahead * STEP;
      if (to < 0 || to >= lengths[row]) { break; }
      sum += weight[channel * TAPS + TAPS - 1 - ahead] * ds[at - ahead * STEP * uniforms.channels];
    }
    return sum;
  }
`;

registerWebgpu<ConvAttributes>(CAUSAL_CONV_SILU_GRADIENT, (inputs, attributes) => {
  const { x, weight, lengths } = inputs;
  const [rows, length, channels] = x.shape;
  const shared = describe(inputs, attributes);
  const ds = inner(inputs, attributes);
  const dx = runProgram({
    ...shared,
    name: "kcfConvX",
    inputs: { ds, weight, lengths },
    shape: x.shape,
    code: eachEntry(SUM_AFTER, "sumAfter(index, t, row)"),
  });
  const dWeight = columnSums({
    ...shared,
    name: "kcfConvWeight",
    inputs: { ds, x, lengths },
    rows: rows * length,
    width: weight.size,
    head: TERM,
    value: "term(row, column)",
  });
  return [dx, tf.reshape(dWeight, [channels, -1]), tensorColumnSums(ds)];
});

/** The contribution of a position to the tap of a channel; ds is zero at padding. */
const TERM = `
  fn term(position : i32, tap : i32) -> f32 {
    let t = position % uniforms.length;
    let channel = tap / TAPS;
    let back = TAPS - 1 - tap % TAPS;
    let start = t + back * STEP;
    if (start < 0 || start >= lengths[position / uniforms.length]) { return 0.0; }
    let at = position * uniforms.channels + channel;
    return ds[at] * x[at + back * STEP * uniforms.channels];
  }
`;
