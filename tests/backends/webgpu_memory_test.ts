import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import { settleBackend } from "../../lib/runtime/mod.ts";
import { BACKEND } from "../kernels/backends.ts";

Deno.test({
  name: "webgpu reads nothing that was computed without the memory for it, and says why",
  ignore: BACKEND !== "webgpu",
  async fn() {
    const message = /^Cannot compute on the GPU: commands were not carried out, .*memory ran out; start anew/;
    const overfull = () => tf.tidy(() => tf.slice(tf.fill([2 ** 29 + 2000], 1), [0], [2000]).dataSync());
    assert.throws(overfull, { tag: "backend", message });
    await assert.rejects(settleBackend(), { tag: "backend", message: /buffer size/i });
  },
});
