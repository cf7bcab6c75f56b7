import { runProgram } from "../webgpu/program.ts";
import { registerWebgpu } from "../webgpu/register.ts";
import { DROPOUT, type DropoutAttributes } from "./op.ts";
import { dropoutThreshold } from "./reference.ts";

registerWebgpu<DropoutAttributes>(DROPOUT, ({ x }, { rate, seed, from }) =>
  runProgram({
    name: "kcfDropout",
    inputs: { x },
    shape: x.shape,
    integers: { before: from, seed, threshold: dropoutThreshold(rate) }, // modulo 2^32, as words are counted
    floats: { scale: 1 / (1 - rate) },
    code: `
      fn mixed(word : u32) -> u32 {
        var h = word ^ (word >> 16u);
        h = h * 0x7feb352du;
        h = h ^ (h >> 15u);
        h = h * 0x846ca68bu;
        return h ^ (h >> 16u);
      }
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let word = mixed(mixed(u32(uniforms.before) + u32(index)) ^ u32(uniforms.seed));
        result[index] = select(0.0, uniforms.scale * x[index], word >= u32(uniforms.threshold));
      }`,
  }));
