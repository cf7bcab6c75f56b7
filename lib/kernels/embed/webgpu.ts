import { runProgram } from "../webgpu/program.ts";
import { registerWebgpu } from "../webgpu/register.ts";
import { valuesAtHand } from "../webgpu/values.ts";
import { ADD_ATOMIC } from "../webgpu/snippets.ts";
import { checkId, EMBED, EMBED_SCATTER, type ScatterAttributes } from "./op.ts";

registerWebgpu(EMBED, ({ table, ids }) => {
  const [rows, width] = table.shape;
  for (const id of valuesAtHand(ids)) checkId(id, rows);
  return runProgram({
    name: "kcfGather",
    inputs: { table, ids },
    shape: [...ids.shape, width],
    integers: { width },
    code: `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        result[index] = table[ids[index / uniforms.width] * uniforms.width + index % uniforms.width];
      }`,
  });
});

// The order of the additions is the GPU's: two runs may differ in the last bit.
registerWebgpu<ScatterAttributes>(EMBED_SCATTER, ({ dy, ids }, { rows }) => {
  const width = dy.shape[dy.rank - 1];
  return runProgram({
    name: "kcfScatter",
    inputs: { dy, ids },
    shape: [rows, width],
    integers: { width, entries: dy.size },
    threads: dy.size,
    atomic: true,
    code: `${ADD_ATOMIC}
      fn main(index : i32) {
        if (index >= uniforms.entries) { return; }
        let value = dy[index];
        if (value != 0.0) { addAtomic(ids[index / uniforms.width] * uniforms.width + index % uniforms.width, value); }
      }`,
  });
});
