import type * as tf from "../../tensor/mod.ts";
import { columnSums, tensorColumnSums } from "../webgpu/column_sums.ts";
import { runProgram, THREADS } from "../webgpu/program.ts";
import { type Inputs, type KernelBody, registerWebgpu } from "../webgpu/register.ts";
import { SUM_OVER_GROUP } from "../webgpu/snippets.ts";
import { LAYER_NORM, LAYER_NORM_GRADIENT, type LayerNormAttributes, WEIGHTED_LAYER_NORM } from "./op.ts";

const widthOf = ({ x }: Inputs): number => x.shape[x.rank - 1];
const rowsOf = (inputs: Inputs): number => inputs.x.size / widthOf(inputs);
const nameOf = (name: string, inputs: Inputs): string => `kcfLayer${name}_${Object.keys(inputs)}`;

/** Mean and 1 / sqrt(variance + eps) of each row, `[rows, 2]`. */
const moments = ({ x }: Inputs, eps: number): tf.Tensor =>
  runProgram({
    name: "kcfLayerMoments",
    inputs: { x },
    shape: [rowsOf({ x }), 2],
    integers: { width: widthOf({ x }) },
    floats: { eps },
    threads: rowsOf({ x }) * THREADS,
    code: `${SUM_OVER_GROUP}
      fn main(index : i32) {
        let row = index / THREADS;
        let start = row * uniforms.width;
        let live = 2 * row < uniforms.size;
        var sum = 0.0;
        for (var c = index % THREADS; live && c < uniforms.width; c += THREADS) { sum += x[start + c]; }
        let mean = sumOverGroup(vec4<f32>(sum)).x / f32(uniforms.width);
        var squares = 0.0;
        for (var c = index % THREADS; live && c < uniforms.width; c += THREADS) {
          squares += (x[start + c] - mean) * (x[start + c] - mean);
        }
        let variance = sumOverGroup(vec4<f32>(squares)).x / f32(uniforms.width);
        if (live && index % THREADS == 0) {
          result[2 * row] = mean;
          result[2 * row + 1] = inverseSqrt(variance + uniforms.eps);
        }
      }`,
  });

/** `normal(at, row)`: the normalised entry; needs x and moments. */
const NORMAL = `
  fn normal(at : i32, row : i32) -> f32 { return (x[at] - moments[2 * row]) * moments[2 * row + 1]; }
`;

const forward: KernelBody<LayerNormAttributes> = (given, { eps }) => {
  const inputs = { ...given, moments: moments(given, eps) };
  return runProgram({
    name: nameOf("Forward", inputs),
    inputs,
    shape: given.x.shape,
    integers: { width: widthOf(given) },
    code: `${NORMAL}
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let column = index % uniforms.width;
        var y = normal(index, index / uniforms.width);
        ${given.weight ? "y *= weight[column];" : ""}
        ${given.bias ? "y += bias[column];" : ""}
        result[index] = y;
      }`,
  });
};

/** `slope(at, column)`: what reaches the normalised entry. */
const slope = ({ weight }: Inputs): string =>
  `fn slope(at : i32, column : i32) -> f32 { return dy[at]${weight ? " * weight[column]" : ""}; }`;

const gradientByX = (inputs: Inputs): tf.Tensor =>
  runProgram({
    name: nameOf("X", inputs),
    inputs,
    shape: inputs.x.shape,
    integers: { width: widthOf(inputs) },
    threads: rowsOf(inputs) * THREADS,
    code: `${SUM_OVER_GROUP}${NORMAL}${slope(inputs)}
      fn main(index : i32) {
        let row = index / THREADS;
        let start = row * uniforms.width;
        let live = start < uniforms.size;
        var sums = vec4<f32>(0.0);
        for (var c = index % THREADS; live && c < uniforms.width; c += THREADS) {
          let s = slope(start + c, c);
          sums += vec4<f32>(s, s * normal(start + c, row), 0.0, 0.0);
        }
        let means = sumOverGroup(sums) / f32(uniforms.width);
        for (var c = index % THREADS; live && c < uniforms.width; c += THREADS) {
          let centred = slope(start + c, c) - means.x - normal(start + c, row) * means.y;
          result[start + c] = centred * moments[2 * row + 1];
        }
      }`,
  });

registerWebgpu(LAYER_NORM, forward);
registerWebgpu(WEIGHTED_LAYER_NORM, forward);
registerWebgpu<LayerNormAttributes>(LAYER_NORM_GRADIENT, (given, { eps }) => {
  const inputs = { ...given, moments: moments(given, eps) };
  const { x, dy } = given;
  const dWeight = columnSums({
    name: "kcfLayerWeight",
    inputs: { x, dy, moments: inputs.moments },
    rows: rowsOf(given),
    width: widthOf(given),
    head: `${NORMAL}fn term(at : i32, row : i32) -> f32 { return dy[at] * normal(at, row); }`,
    value: "term(row * uniforms.width + column, row)",
  });
  return [gradientByX(inputs), dWeight, tensorColumnSums(dy)];
});
