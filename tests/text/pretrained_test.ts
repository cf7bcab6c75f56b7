import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeSafetensors, readSafetensors } from "lib/data/safetensors.ts";
import { storeParams } from "lib/nn/mod.ts";
import { createRng, startBackend } from "lib/runtime/mod.ts";
import { embedTexts, learnVocabulary, loadPretrainedBert, wordPieceJson } from "lib/text/mod.ts";

const FIXTURES = join(import.meta.dirname!, "../fixtures/text");
const { config } = JSON.parse(Deno.readTextFileSync(join(FIXTURES, "bert_goldens.json")));
const golden = readSafetensors(join(FIXTURES, "tiny_bert.safetensors")).tensors;

/** The tiny BERT as a larger model of an old version would have stored it. */
async function writeFiles(drop = "") {
  const directory = await Deno.makeTempDir();
  const old = (name: string) =>
    `bert.${name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")}`;
  const kept = [...golden].filter(([name]) => name !== drop).map(([name, tensor]) =>
    [old(name), tensor] as const
  );
  const position = { dtype: "I32", shape: [1, 12], data: new Int32Array(12) } as const;
  const pooler = { dtype: "F32", shape: [2], data: new Float32Array(2) } as const;
  const extra = [["bert.embeddings.position_ids", position], ["bert.pooler.dense.bias", pooler], [
    "cls.x",
    pooler,
  ]] as const;
  const files = {
    config: join(directory, "config.json"),
    weights: join(directory, "model.safetensors"),
    tokenizer: join(directory, "tokenizer.json"),
  };
  Deno.writeFileSync(files.weights, encodeSafetensors(new Map([...kept, ...extra])));
  Deno.writeTextFileSync(files.config, JSON.stringify({ ...config, model_type: "bert" }));
  Deno.writeTextFileSync(
    files.tokenizer,
    JSON.stringify(wordPieceJson(learnVocabulary(["t cell"], { size: 30 }))),
  );
  return { directory, files };
}

Deno.test("loadPretrainedBert takes BertModel's tensors whatever surrounds them", async () => {
  await startBackend();
  const { directory, files } = await writeFiles();
  const model = loadPretrainedBert(files, { dim: 8, rng: createRng(1) });
  const loaded = storeParams(model.params.bert);
  assert.equal(loaded.size, golden.size);
  for (const [name, { data }] of loaded) assert.deepEqual(data, golden.get(name)!.data, name);
  assert.equal(embedTexts(model, ["t cell"]).length, 8);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("loadPretrainedBert names a tensor that is missing", async () => {
  await startBackend();
  const name = "encoder.layer.1.output.dense.bias";
  const { directory, files } = await writeFiles(name);
  assert.throws(() => loadPretrainedBert(files, { dim: 8, rng: createRng(1) }), {
    name: "KcellfmError",
    message: /missing encoder\.layer\.1\.output\.dense\.bias/,
  });
  await Deno.remove(directory, { recursive: true });
});
