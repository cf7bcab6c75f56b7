import type * as tf from "../../tensor/mod.ts";
import { columnSums } from "../webgpu/column_sums.ts";
import { type Program, runProgram, THREADS } from "../webgpu/program.ts";
import { type Inputs, type KernelBody, registerWebgpu } from "../webgpu/register.ts";
import { SILU, SUM_OVER_GROUP } from "../webgpu/snippets.ts";
import { GATED_RMS_NORM, type NormAttributes, RMS_NORM, RMS_NORM_GRADIENT } from "./op.ts";

/** The expression to normalise: y itself, or y silu(z). */
const entry = (gated: boolean): string => `
  ${gated ? SILU : ""}
  fn entry(at : i32) -> f32 { return y[at]${gated ? " * silu(z[at])" : ""}; }
`;

/** A name, inputs and uniforms for one of the programs, with or without the gate. */
function common({ z, ...inputs }: Inputs, name: string): Pick<Program, "name" | "inputs" | "integers"> {
  return {
    name: `kcfRms${name}${z ? "Gated" : ""}`,
    inputs: z ? { ...inputs, z } : inputs,
    integers: { width: inputs.weight.size },
  };
}

const rowsOf = ({ y, weight }: Inputs): number => y.size / weight.size;

const forward: KernelBody<NormAttributes> = (inputs, { eps }) =>
  runProgram({
    ...common(inputs, "Forward"),
    shape: inputs.y.shape,
    floats: { eps },
    threads: rowsOf(inputs) * THREADS,
    code: `${SUM_OVER_GROUP}${entry("z" in inputs)}
      fn main(index : i32) {
        let start = index / THREADS * uniforms.width;
        let end = min(start + uniforms.width, uniforms.size);
        let first = start + index % THREADS;
        var squares = 0.0;
        for (var at = first; at < end; at += THREADS) { squares += entry(at) * entry(at); }
        let mean = sumOverGroup(vec4<f32>(squares)).x / f32(uniforms.width);
        for (var at = first; at < end; at += THREADS) {
          result[at] = entry(at) * inverseSqrt(mean + uniforms.eps) * weight[at - start];
        }
      }`,
  });

/** Of each row u: r = 1 / sqrt(mean(u^2) + eps) and r^3 mean(u w dy), `[rows, 2]`. */
const statistics = (inputs: Inputs, eps: number): tf.Tensor =>
  runProgram({
    ...common(inputs, "Statistics"),
    shape: [rowsOf(inputs), 2],
    floats: { eps },
    threads: rowsOf(inputs) * THREADS,
    code: `${SUM_OVER_GROUP}${entry("z" in inputs)}
      fn main(index : i32) {
        let row = index / THREADS;
        let start = row * uniforms.width;
        let live = 2 * row < uniforms.size;
        var sums = vec4<f32>(0.0);
        for (var c = index % THREADS; live && c < uniforms.width; c += THREADS) {
          let u = entry(start + c);
          sums += vec4<f32>(u * u, u * weight[c] * dy[start + c], 0.0, 0.0);
        }
        let means = sumOverGroup(sums) / f32(uniforms.width);
        let r = inverseSqrt(means.x + uniforms.eps);
        if (live && index % THREADS == 0) {
          result[2 * row] = r;
          result[2 * row + 1] = r * r * r * means.y;
        }
      }`,
  });

/** The gradient by an input that enters u with slope `slope` at `index`. */
const slopes = (inputs: Inputs, { name, slope }: { name: string; slope: string }): tf.Tensor =>
  runProgram({
    ...common(inputs, name),
    shape: inputs.y.shape,
    code: `${entry("z" in inputs)}
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let row = index / uniforms.width;
        let scaled = weight[index % uniforms.width] * dy[index] * statistics[2 * row];
        result[index] = (scaled - entry(index) * statistics[2 * row + 1]) * ${slope};
      }`,
  });

const backward: KernelBody<NormAttributes> = (given, { eps }) => {
  const inputs: Inputs = { ...given, statistics: statistics(given, eps) };
  const { weight, ...others } = inputs;
  const dWeight = columnSums({
    ...common({ ...others, weight }, "Weight"),
    inputs: others,
    rows: rowsOf(inputs),
    width: weight.size,
    head: `${entry("z" in given)}fn term(at : i32, row : i32) -> f32 {
      return dy[at] * entry(at) * statistics[2 * row];
    }`,
    value: "term(row * uniforms.width + column, row)",
  });
  const dy = slopes(inputs, { name: "Y", slope: "z" in given ? "silu(z[index])" : "1.0" });
  if (!("z" in given)) return [dWeight, dy];
  return [dWeight, dy, slopes(inputs, { name: "Z", slope: "y[index] * siluSlope(z[index])" })];
};

registerWebgpu(RMS_NORM, forward);
registerWebgpu(GATED_RMS_NORM, forward);
registerWebgpu(RMS_NORM_GRADIENT, backward);
