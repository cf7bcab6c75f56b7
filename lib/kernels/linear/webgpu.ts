import * as tf from "../../tensor/mod.ts";
import { runKernel } from "../core/dispatch.ts";
import { tensorColumnSums } from "../webgpu/column_sums.ts";
import { runProgram } from "../webgpu/program.ts";
import { registerWebgpu } from "../webgpu/register.ts";
import { SILU } from "../webgpu/snippets.ts";
import {
  ACTIVATE,
  ACTIVATE_GRADIENT,
  type ActivateAttributes,
  AFFINE,
  type AffineAttributes,
  BENT_AFFINE,
  COLUMN_SUMS,
  KINDS,
} from "./op.ts";
import { LEAKY_SLOPE } from "./reference.ts";

/** tfjs's own product, with the shift in the same program. */
registerWebgpu(AFFINE, ({ x, weight, bias }) => {
  const [outputs, inputs] = weight.shape;
  const a = tf.reshape(x, [1, -1, inputs]);
  const b = tf.reshape(weight, [1, outputs, inputs]);
  const shape = [...x.shape.slice(0, -1), outputs];
  if (!bias) return tf.reshape(tf.matMul(a, b, false, true), shape);
  const attributes = { transposeA: false, transposeB: true, activation: "linear" };
  const product = tf.engine().runKernel("_FusedMatMul", { a, b, bias }, attributes) as tf.Tensor;
  return tf.reshape(product, shape);
});

registerWebgpu<AffineAttributes>(BENT_AFFINE, ({ x, weight, bias }, { slope }) => {
  const affine = runKernel(AFFINE, bias ? { x, weight, bias } : { x, weight }, { slope: 1 });
  return runKernel(ACTIVATE, { x: affine }, { kind: slope === 0 ? KINDS.relu : KINDS.leakyRelu });
});

registerWebgpu(COLUMN_SUMS, ({ x }) => tensorColumnSums(x));

/** Abramowitz and Stegun 7.1.26, as tfjs has it: off by at most 1.5e-7. */
const GELU = `
  fn gauss(x : f32) -> f32 {
    let u = abs(x) * ${Math.SQRT1_2};
    let t = 1.0 / (1.0 + 0.3275911 * u);
    let series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    return 0.5 + 0.5 * sign(x) * (1.0 - series * exp(-u * u));
  }
`;

/** `activate(x)` and `slope(x)` by number. */
const CODE: Record<number, { head?: string; value: string; slope: string }> = {
  [KINDS.relu]: { value: "max(x, 0.0)", slope: "select(0.0, 1.0, x > 0.0)" },
  [KINDS.leakyRelu]: {
    value: `select(${LEAKY_SLOPE} * x, x, x > 0.0)`,
    slope: `select(${LEAKY_SLOPE}, 1.0, x > 0.0)`,
  },
  [KINDS.silu]: { head: SILU, value: "silu(x)", slope: "siluSlope(x)" },
  [KINDS.gelu]: {
    head: GELU,
    value: "x * gauss(x)",
    slope: `gauss(x) + x * ${1 / Math.sqrt(2 * Math.PI)} * exp(-0.5 * x * x)`,
  },
};

registerWebgpu<ActivateAttributes>(ACTIVATE, ({ x: inputs }, { kind }) =>
  runProgram({
    name: `kcfActivate${kind}`,
    inputs: { inputs },
    shape: inputs.shape,
    code: `${CODE[kind].head ?? ""}
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let x = inputs[index];
        result[index] = ${CODE[kind].value};
      }`,
  }));

registerWebgpu<ActivateAttributes>(ACTIVATE_GRADIENT, ({ x: inputs, dy }, { kind }) =>
  runProgram({
    name: `kcfActivateGradient${kind}`,
    inputs: { inputs, dy },
    shape: inputs.shape,
    code: `${CODE[kind].head ?? ""}
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let x = inputs[index];
        result[index] = dy[index] * (${CODE[kind].slope});
      }`,
  }));
