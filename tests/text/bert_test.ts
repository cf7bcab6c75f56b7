import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "../../lib/tensor/mod.ts";
import { readSafetensors } from "../../lib/data/tensors/safetensors.ts";
import { flattenParams, loadParams } from "../../lib/nn/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import { bert, type BertConfig, initBert, maskedMean } from "../../lib/text/mod.ts";
import { assertClose } from "../close.ts";

const FIXTURES = join(import.meta.dirname!, "../fixtures/text");
const golden = JSON.parse(Deno.readTextFileSync(join(FIXTURES, "bert_goldens.json"))) as {
  config: BertConfig;
  ids: number[][];
  lengths: number[];
  hidden: number[];
  pooled: number[];
  gradients: Record<string, number[]>;
};

async function loadTinyBert() {
  await startBackend();
  const params = initBert(createRng(1), golden.config);
  const path = join(FIXTURES, "tiny_bert.safetensors");
  loadParams(params, readSafetensors(path).tensors, path);
  const tokens = {
    ids: tf.tensor2d(golden.ids, undefined, "int32"),
    lengths: tf.tensor1d(golden.lengths, "int32"),
  };
  const pass = { config: golden.config, dropout: 0 };
  return { params, tokens, forward: () => bert(params, tokens, pass) };
}

Deno.test("bert equals transformers.BertModel on a random model, padded rows masked", async () => {
  const { tokens, forward } = await loadTinyBert();
  const hidden = forward();
  const mask = tf.less(tf.range(0, 9), tf.expandDims(tf.cast(tokens.lengths, "float32"), 1));
  assertClose(tf.mul(hidden, tf.expandDims(tf.cast(mask, "float32"), 2)).dataSync(), golden.hidden, 2e-5);
  assertClose(maskedMean(hidden, tokens.lengths).dataSync(), golden.pooled, 2e-5);
});

Deno.test("bert has the gradients of PyTorch's autograd", async () => {
  const { params, tokens, forward } = await loadTinyBert();
  const weights = tf.reshape(tf.linspace(-1, 1, 48), [3, 16]);
  const variables = flattenParams(params);
  const { grads } = tf.variableGrads(
    () => tf.sum(tf.mul(maskedMean(forward(), tokens.lengths), weights)) as tf.Scalar,
    [...variables.values()],
  );
  for (const [name, expected] of Object.entries(golden.gradients)) {
    const scale = Math.max(1, ...expected.map(Math.abs));
    // 5 digits are stored; two layers of float32 back-propagation add as much again
    assertClose(grads[variables.get(name)!.name].dataSync(), expected, 1e-4 * scale);
  }
});

Deno.test("bert refuses rows longer than its position table", async () => {
  const { params } = await loadTinyBert();
  const tokens = { ids: tf.zeros([1, 13], "int32") as tf.Tensor2D, lengths: tf.tensor1d([13], "int32") };
  assert.throws(() => bert(params, tokens, { config: golden.config, dropout: 0 }), {
    name: "RangeError",
    message: "Cannot encode 13 tokens: the model has 12 positions",
  });
});
