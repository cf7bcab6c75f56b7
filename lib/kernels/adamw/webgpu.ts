import { runProgram } from "../webgpu/program.ts";
import { type Inputs, registerWebgpu } from "../webgpu/register.ts";
import { ADAMW, type AdamWAttributes } from "./op.ts";

registerWebgpu<AdamWAttributes>(ADAMW, ({ param, gradient, first, second }, step) => {
  const { beta1, beta2, eps, rate, correction, shrink } = step;
  const entries = (name: string, { inputs, floats, value }: Entries) =>
    runProgram({
      name,
      inputs,
      floats,
      shape: param.shape,
      code: `fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let g = gradient[index];
        result[index] = ${value};
      }`,
    });
  const means = entries("kcfAdamFirst", {
    inputs: { gradient, first },
    floats: { beta1, rest: 1 - beta1 },
    value: "uniforms.beta1 * first[index] + uniforms.rest * g",
  });
  const squares = entries("kcfAdamSecond", {
    inputs: { gradient, second },
    floats: { beta2, rest: 1 - beta2 },
    value: "uniforms.beta2 * second[index] + uniforms.rest * g * g",
  });
  const moved = runProgram({
    name: "kcfAdamMove",
    inputs: { param, means, squares },
    floats: { eps, rate, correction, kept: 1 - shrink },
    shape: param.shape,
    code: `fn main(index : i32) {
      if (index >= uniforms.size) { return; }
      let root = sqrt(squares[index]) * uniforms.correction + uniforms.eps;
      result[index] = param[index] * uniforms.kept - uniforms.rate * means[index] / root;
    }`,
  });
  return [moved, means, squares];
});

/** The value of each entry, given its gradient `g`. */
interface Entries {
  readonly inputs: Inputs;
  readonly floats: Record<string, number>;
  readonly value: string;
}
