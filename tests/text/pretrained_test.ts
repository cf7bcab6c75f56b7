import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "../../lib/tensor/mod.ts";
import { encodeSafetensors, openTensors, type StoredTensor } from "../../lib/data/tensors/mod.ts";
import { createOntology, createTerm } from "../../lib/ontology/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import {
  bert,
  embedOntology,
  embedTexts,
  loadPretrained,
  loadTokenizer,
  padTokens,
  relationVector,
  TEXT_PRESETS,
} from "../../lib/text/mod.ts";
import { closeTo, FIXTURE, golden } from "./pubmedbert.ts";

const files = (weights: string) => ({
  config: join(FIXTURE, "config.json"),
  weights,
  tokenizer: join(FIXTURE, "vocab.txt"),
});

async function load(weights: string) {
  await startBackend();
  return await loadPretrained(files(weights), { preset: TEXT_PRESETS.paper, rng: createRng(1) });
}

/** The tensors of finetune_bert.pth, changed by the caller, as a safetensors file. */
async function withFile(
  change: (tensors: Map<string, StoredTensor>) => void,
  use: (path: string) => Promise<void>,
): Promise<void> {
  const { tensors } = await openTensors(join(FIXTURE, "finetune_bert.pth"));
  const read = new Map([...tensors].map(([name, tensor]) => [name, tensor.read()]));
  change(read);
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  await Deno.writeFile(path, encodeSafetensors(read));
  await use(path).finally(() => Deno.remove(path));
}

Deno.test(`loadTokenizer of a vocab.txt equals transformers ${golden.birth.transformers}, cut to 25 tokens`, () => {
  const tokenizer = loadTokenizer(join(FIXTURE, "vocab.txt"));
  golden.texts.forEach((text, i) => assert.deepEqual(tokenizer.encode(text, 25), golden.ids[i], text));
});

Deno.test("loadTokenizer refuses a vocab.txt without BERT's special tokens", async () => {
  const path = await Deno.makeTempFile({ suffix: ".txt" });
  await Deno.writeTextFile(path, "[PAD]\n[UNK]\ncell\n");
  assert.throws(() => loadTokenizer(path), /it lacks \[CLS\], \[SEP\], \[MASK\]; expected one piece a line/);
  await Deno.remove(path);
});

Deno.test("loadPretrained reads a BERT of an old pytorch_model.bin, and its hidden states are PyTorch's", async () => {
  const { model, tuned } = await load(join(FIXTURE, "pytorch_model.bin"));
  assert.equal(tuned, false);
  assert.equal(model.config.dim, 512, "a fresh projection has the preset's width");
  const { ids, lengths, rows, length } = padTokens(golden.ids.slice(0, 3));
  const tokens = { ids: tf.tensor2d(ids, [rows, length], "int32"), lengths: tf.tensor1d(lengths, "int32") };
  const hidden = bert(model.params.bert, tokens, { config: model.config.bert, dropout: 0 }).arraySync();
  closeTo(hidden.flatMap((row, i) => row.slice(0, lengths[i]).flat()), golden.hidden);
  model.dispose();
});

Deno.test("loadPretrained reads finetune_bert.pth, its width from its tensors", async () => {
  const { model, tuned } = await load(join(FIXTURE, "finetune_bert.pth"));
  assert.deepEqual([tuned, model.config.dim, model.config.maxTokens], [true, 24, 25]);
  closeTo(embedTexts(model, golden.texts).data, golden.vectors);
  const relations = model.config.relations.flatMap((name) => [...relationVector(model, name)]);
  closeTo(relations, golden.relations);
  model.dispose();
});

Deno.test("loadPretrained gives each type of an ontology the vector of its name", async () => {
  const { model } = await load(join(FIXTURE, "finetune_bert.pth"));
  const terms = golden.texts.slice(0, 3).map((name, i) => createTerm({ id: `CL:${i}`, name }));
  const types = embedOntology(model, createOntology(terms, { version: "1", source: "test" }));
  assert.deepEqual([types.ids, types.cols], [["CL:0", "CL:1", "CL:2"], 24]);
  closeTo(types.data, golden.vectors.slice(0, 3 * 24));
  model.dispose();
});

Deno.test("loadPretrained takes the same tensors from safetensors", async () => {
  await withFile(() => {}, async (path) => {
    const { model, tuned } = await load(path);
    assert.ok(tuned);
    closeTo(embedTexts(model, golden.texts).data, golden.vectors);
    model.dispose();
  });
});

Deno.test("loadPretrained names what is missing, unexpected and mis-shaped, all at once", async () => {
  const lacking = (tensors: Map<string, StoredTensor>) => {
    tensors.delete("bert_state.encoder.layer.1.output.dense.bias");
    tensors.set("projection_state.4.weight", { dtype: "F32", shape: [1], data: new Float32Array(1) });
    tensors.set("rel_projection_state.0.bias", { dtype: "F32", shape: [2], data: new Float32Array(2) });
  };
  await withFile(lacking, (path) =>
    assert.rejects(load(path), (error: Error) => {
      assert.equal(error.name, "KcellfmError");
      assert.match(error.message, /missing bert\.encoder\.layer\.1\.output\.dense\.bias;/);
      assert.match(error.message, /unexpected projection\.4\.weight;/);
      assert.match(error.message, /mis-shaped relation_projection\.linear\.bias \[2\] for \[24\];/);
      return true;
    }));
});

Deno.test("loadPretrained says so when a tuned encoder has no projection", async () => {
  const lacking = (tensors: Map<string, StoredTensor>) => tensors.delete("projection_state.0.weight");
  await withFile(lacking, (path) =>
    assert.rejects(
      load(path),
      /projection_state\.0\.weight is missing, expected \[width, hidden\]/,
    ));
});

Deno.test("loadPretrained refuses a vocabulary that the model does not know", async () => {
  await startBackend();
  const path = await Deno.makeTempFile({ suffix: ".txt" });
  const vocabulary = await Deno.readTextFile(join(FIXTURE, "vocab.txt"));
  await Deno.writeTextFile(path, `${vocabulary}extra\n`);
  const given = { ...files(join(FIXTURE, "finetune_bert.pth")), tokenizer: path };
  const options = { preset: TEXT_PRESETS.paper, rng: createRng(1) };
  await assert.rejects(loadPretrained(given, options), /it has \d+ pieces, the model knows \d+;/);
  await Deno.remove(path);
});

Deno.test("loadPretrained refuses a configuration of another activation", async () => {
  await startBackend();
  const path = await Deno.makeTempFile({ suffix: ".json" });
  const config = JSON.parse(await Deno.readTextFile(join(FIXTURE, "config.json")));
  await Deno.writeTextFile(path, JSON.stringify({ ...config, hidden_act: "relu" }));
  const given = { ...files(join(FIXTURE, "finetune_bert.pth")), config: path };
  const options = { preset: TEXT_PRESETS.paper, rng: createRng(1) };
  await assert.rejects(loadPretrained(given, options), /Cannot read the BERT configuration .*hidden_act/);
  await Deno.remove(path);
});
