import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { BACKENDS, type BackendStarter, startBackend } from "lib/runtime/backend.ts";
import { isSoftware } from "lib/runtime/backend_webgpu.ts";

const starts = (what: string): BackendStarter => () => Promise.resolve(what);
const fails = (reason: string): BackendStarter => () => Promise.reject(new Error(reason));

Deno.test("startBackend tries TensorFlow, WebGPU and WebAssembly in this order", async () => {
  assert.deepEqual(BACKENDS, ["tensorflow", "webgpu", "wasm"]);
  const all = { tensorflow: starts("native"), webgpu: starts("a GPU"), wasm: starts("the CPU") };
  assert.deepEqual(await startBackend("", all), { name: "tensorflow", why: "native" });
});

Deno.test("startBackend says why it passed over the better ones", async () => {
  const starters = { tensorflow: fails("not installed"), webgpu: fails("no GPU"), wasm: starts("the CPU") };
  assert.deepEqual(await startBackend("", starters), {
    name: "wasm",
    why: "the CPU; no tensorflow: not installed; no webgpu: no GPU",
  });
});

Deno.test("startBackend takes only the forced one, and says what it lacks", async () => {
  const starters = { tensorflow: fails("install it"), webgpu: starts("a GPU"), wasm: starts("the CPU") };
  assert.deepEqual(await startBackend("webgpu", starters), { name: "webgpu", why: "asked for: a GPU" });
  await assert.rejects(startBackend("tensorflow", starters), {
    tag: "backend",
    message: 'Cannot start backend "tensorflow": install it',
  });
  await assert.rejects(startBackend("cuda", starters), {
    tag: "backend",
    message: /"cuda": it is not known \(known: tensorflow, webgpu, wasm\)/,
  });
});

Deno.test("startBackend tells starters whether they are forced", async () => {
  const asked: boolean[] = [];
  const wasm: BackendStarter = ({ forced }) => Promise.resolve(asked.push(forced)).then(() => "the CPU");
  const starters = { tensorflow: fails(""), webgpu: fails(""), wasm };
  await startBackend("", starters);
  await startBackend("wasm", starters);
  assert.deepEqual(asked, [false, true]);
});

Deno.test("isSoftware knows adapters that compute on the CPU", () => {
  assert.ok(isSoftware({ description: "llvmpipe (LLVM 15.0.6, 256 bits)", isFallbackAdapter: false }));
  assert.ok(isSoftware({ description: "", isFallbackAdapter: true }));
  assert.ok(!isSoftware({ description: "NVIDIA H200", isFallbackAdapter: false }));
});

Deno.test("startBackend starts WebAssembly on every machine when it is asked to", async () => {
  assert.deepEqual(await startBackend("wasm"), { name: "wasm", why: "asked for: WebAssembly on the CPU" });
  assert.equal(tf.getBackend(), "wasm");
});
