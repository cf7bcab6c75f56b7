import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import "lib/kernels/mod.ts";

/** Fused kernels of a backend, without starting it. */
const formsOn = (backend: string): string[] =>
  tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName).filter((name) =>
    name.startsWith("Kcf")
  )
    .sort();

/** What runs on webgpu in its plain form: BERT's attention, GEARS's norm over the batch, and a layer as its three operators. */
const PLAIN = ["KcfAttention", "KcfBatchNorm", "KcfMamba2Layer"].flatMap((name) => [name, `${name}Gradient`]);

Deno.test("every fused kernel of wasm has a WGSL form, but for those that are listed", () => {
  const wasm = formsOn("wasm");
  assert.ok(wasm.length > 15, `${wasm}`);
  assert.deepEqual(formsOn("webgpu"), wasm.filter((name) => !PLAIN.includes(name)));
});
