import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import * as kernels from "lib/kernels/mod.ts";
import type { WasmBackend } from "../../lib/kernels/wasm/engine.ts";
import { startBackend } from "../../lib/runtime/mod.ts";
import { randomPlain, relativeError, toTensor, valueAndGradients } from "./helpers.ts";

await startBackend("wasm");

const GIB = 2 ** 30;
const backend = () => tf.backend() as unknown as WasmBackend;
const addressOf = (tensor: tf.Tensor) => backend().dataIdMap.get(tensor.dataId).memoryOffset >>> 0;

/** The same sums, which a BLAS may take in another order for other alignments. */
const TOLERANCE = 1e-6;

/** Products, a mixer and an embedding with their gradients, and plain operators of TensorFlow.js around them. */
async function results(): Promise<Float32Array[]> {
  const lengths = () => tf.tensor1d([40, 17], "int32");
  const ids = () => tf.tensor2d([[3, 0, 3], [1, 3, 1]], undefined, "int32");
  const product = await valueAndGradients(
    [randomPlain([60, 70], "x"), randomPlain([50, 70], "w"), randomPlain([50], "b")],
    {
      run: (x, weight, bias) => kernels.layerNorm(kernels.linear(x, weight, { bias, activation: "gelu" })),
      probe: randomPlain([60, 50], "probe"),
    },
  );
  const [heads, features, state] = [2, 32, 8];
  const channels = features + 2 * state;
  const shapes = [[channels, 4], [channels], [heads], [heads], [heads], [features]];
  const named = ([convWeight, convBias, dtBias, aLog, d, norm]: tf.Tensor[]) =>
    ({ convWeight, convBias, dtBias, aLog, d, norm }) as unknown as kernels.MixDirection;
  const mixed = await valueAndGradients(
    [[2, 40, features + channels + heads], ...shapes, ...shapes].map((s, i) => randomPlain(s, `${i}`, 0.5)),
    {
      run: (projected, ...params) =>
        kernels.mamba2Mix(
          projected as tf.Tensor3D,
          { forward: named(params.slice(0, 6)), reverse: named(params.slice(6)) },
          { lengths: lengths() },
        ),
      probe: randomPlain([2, 40, features], "probe"),
    },
  );
  const embedded = await valueAndGradients([randomPlain([4, 5], "table")], {
    run: (table) => tf.transpose(kernels.embed(table as tf.Tensor2D, ids()), [2, 0, 1]),
    probe: randomPlain([5, 2, 3], "probe"),
  });
  return [product, mixed, embedded].flatMap(({ output, gradients }) => [output, ...gradients]);
}

/** Takes all that is free below 2 GiB, so that what follows lies above; answers how to give it back. */
function fillLowHeap(): () => void {
  const { wasm } = backend();
  // 2 GiB that nobody writes: they count as addresses, not as memory of the machine
  const taken = [wasm._malloc(2 * GIB)];
  for (let bytes = 2 ** 24; bytes >= 16; bytes /= 2) {
    let at = wasm._malloc(bytes);
    for (; at < 2 * GIB; at = wasm._malloc(bytes)) taken.push(at);
    wasm._free(at);
  }
  return () => taken.forEach((at) => wasm._free(at));
}

Deno.test("operators give the same numbers above 2 GiB of heap as below", async () => {
  const below = await results();
  const giveBack = fillLowHeap();
  const high = toTensor(randomPlain([3], "high"));
  assert.ok(addressOf(high) > 2 * GIB, `${addressOf(high)}`);
  const above = await results();
  below.forEach((expected, i) => {
    const error = relativeError(above[i], expected);
    assert.ok(error < TOLERANCE, `result ${i}: ${error}`);
  });
  high.dispose();
  giveBack();
});

Deno.test("a full heap is an error that names the way out, also where operators of tfjs fill it", () => {
  const kept = [kernels.linear(tf.zeros([2 ** 13, 2 ** 11]), tf.zeros([2 ** 11, 2 ** 11]))]; // 64 MiB
  try {
    assert.throws(() => {
      for (let i = 0; i < 64; i++) kept.push(tf.add(kept[0], 1)); // 64 of 64 MiB are 4 GiB
    }, { name: "KcellfmError", tag: "backend", message: /Cannot allocate 64 MiB: .* smaller batch size/ });
    kept.pop()!.dispose();
    assert.equal(tf.add(kept[0], 1).dataSync()[0], 1, "and the backend lives on");
  } finally {
    tf.dispose(kept);
  }
});
