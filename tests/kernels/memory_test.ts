import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import {
  clipGlobalNorm,
  createAdamW,
  embed,
  linear,
  mamba2Mix,
  type MixDirection,
  softmaxCrossEntropy,
} from "../../lib/kernels/mod.ts";
import { BACKEND } from "./backends.ts";
import { randomPlain, toTensor } from "./helpers.ts";

/** The size of the heap that wasm's tensors share; others have none. */
const heapBytes = () =>
  BACKEND === "wasm"
    ? (tf.backend() as unknown as { wasm: { asm: { memory: WebAssembly.Memory } } }).wasm.asm.memory.buffer
      .byteLength
    : 0;

function tinyModel() {
  const variable = (name: string, ...shape: number[]) => tf.variable(toTensor(randomPlain(shape, name, 0.5)));
  const direction = (name: string) =>
    ({
      convWeight: variable(`${name}w`, 16, 4),
      convBias: variable(`${name}b`, 16),
      dtBias: variable(`${name}t`, 2),
      aLog: variable(`${name}a`, 2),
      d: variable(`${name}d`, 2),
      norm: variable(`${name}n`, 8),
    }) as unknown as MixDirection & Record<string, tf.Variable>;
  return {
    table: variable("table", 11, 8),
    inner: variable("inner", 26, 8),
    forward: direction("f"),
    reverse: direction("r"),
    out: variable("out", 3, 8),
  };
}

type Model = ReturnType<typeof tinyModel>;

function variablesOf({ table, inner, forward, reverse, out }: Model): Map<string, tf.Variable> {
  const all = [table, inner, out, ...Object.values(forward), ...Object.values(reverse)];
  return new Map(all.map((variable, i) => [`${i}`, variable as tf.Variable]));
}

function loss(model: Model): tf.Scalar {
  const ids = tf.tensor2d([[1, 2, 3, 4, 5], [6, 7, 8, 0, 0]], undefined, "int32");
  const projected = linear(embed(model.table as unknown as tf.Tensor2D, ids), model.inner) as tf.Tensor3D;
  const mixed = mamba2Mix(projected, model, { lengths: tf.tensor1d([5, 3], "int32") });
  const logits = linear(tf.mean(mixed, 1), model.out, { activation: "gelu" });
  return softmaxCrossEntropy(logits as tf.Tensor2D, tf.tensor1d([0, 2], "int32"));
}

Deno.test("a hundred training steps leave no tensors behind and learn", () => {
  const model = tinyModel();
  const params = variablesOf(model);
  const optimiser = createAdamW(params);
  const step = () => {
    const { value, grads } = tf.variableGrads(() => loss(model), [...params.values()]);
    const named = new Map([...params].map(([name, variable]) => [name, grads[variable.name]]));
    const { gradients } = clipGlobalNorm(named, 1);
    optimiser.step(gradients, 1e-2);
    const [score] = value.dataSync();
    tf.dispose([value, ...gradients.values()]);
    return score;
  };
  const first = step();
  const tensors = tf.memory().numTensors;
  const heap = heapBytes();
  let last = first;
  for (let i = 0; i < 100; i++) last = step();
  assert.equal(tf.memory().numTensors, tensors);
  assert.equal(heapBytes(), heap);
  assert.ok(last < 0.1 * first, `${first} -> ${last}`);
});

Deno.test("an allocation that does not fit names the way out", { ignore: BACKEND !== "wasm" }, () => {
  const [tall, wide] = [tf.zeros([2 ** 15, 1]), tf.zeros([2 ** 15, 1])];
  assert.throws(() => linear(tall, wide), { // [2^15, 2^15] float32
    name: "KcellfmError",
    tag: "backend",
    message: /Cannot allocate 4096 MiB: .* smaller batch size/,
  });
});

Deno.test("a tensor that TensorFlow cannot hold is an error that names the way out", {
  ignore: BACKEND !== "tensorflow",
}, () => {
  const tall = tf.zeros([2 ** 20, 1]);
  assert.throws(() => tf.matMul(tall, tall, false, true), { // 4 TiB
    name: "KcellfmError",
    tag: "backend",
    message:
      /Cannot allocate a tensor of \[1048576,1048576\]: the memory of \w+:0 is full; .* smaller batch size/,
  });
  assert.equal(tf.add(1, 2).dataSync()[0], 3, "and the backend lives on");
});

Deno.test("a clone shares its memory and outlives its original", () => {
  const original = tf.tensor1d([1, 2, 3]);
  const clone = original.clone();
  assert.equal(clone.dataId, original.dataId);
  original.dispose();
  assert.deepEqual([...clone.dataSync()], [1, 2, 3]);
  clone.dispose();
});
