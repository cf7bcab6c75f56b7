import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { runProgram } from "../../lib/kernels/webgpu/program.ts";
import { settleBackend } from "../../lib/runtime/mod.ts";
import { BACKEND } from "../kernels/backends.ts";

const ignore = BACKEND !== "webgpu";

Deno.test({
  name: "webgpu reads large tensors at once, in pieces, and integers",
  ignore,
  fn() {
    const size = 2 ** 22 + 3; // just above one piece of 16 MiB
    const values = tf.tidy(() => tf.add(tf.fill([size], 1), tf.oneHot(size - 1, size)).dataSync());
    assert.deepEqual([values.length, values[0], values[size - 2], values[size - 1]], [size, 1, 1, 2]);
    const integers = tf.tidy(() => tf.cast(tf.fill([2000], 3.7), "int32").dataSync());
    assert.ok(integers instanceof Int32Array && integers.every((value) => value === 3));
  },
});

Deno.test({
  name: "webgpu compiles a program once for all sizes, and anew for other constants",
  ignore,
  fn() {
    const times = (FACTOR: number, size: number) =>
      tf.tidy(() =>
        runProgram({
          name: "testTimes",
          inputs: { x: tf.range(0, size) },
          shape: [size],
          constants: { FACTOR },
          code: `fn main(index : i32) {
            if (index < uniforms.size) { result[index] = x[index] * f32(FACTOR); }
          }`,
        }).dataSync()
      );
    assert.deepEqual([...times(2, 3)], [0, 2, 4]);
    assert.deepEqual([...times(3, 5)], [0, 3, 6, 9, 12]);
    assert.equal(times(2, 70_000)[69_999], 139_998);
  },
});

Deno.test({
  name: "settleBackend says that the device was lost, and nothing is read from it any more",
  ignore,
  async fn() {
    (tf.backend() as unknown as WebGPUBackend).device.destroy();
    const message = /^Cannot compute on the GPU: the device was lost .*; start anew, .*KCELLFM_BACKEND=wasm$/;
    await assert.rejects(settleBackend(), { tag: "backend", message });
    assert.throws(() => tf.add(tf.fill([2000], 1), 1).dataSync(), { tag: "backend", message });
  },
});
