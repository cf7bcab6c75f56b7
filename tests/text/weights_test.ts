import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import { findWeights, loadPretrained, TEXT_PRESETS } from "../../lib/text/mod.ts";
import { withCache } from "../data/fetch/download_helpers.ts";
import { COMMIT, serveHub } from "../data/fetch/hub_server.ts";
import { FIXTURE } from "./pubmedbert.ts";
import { onRealData } from "../mirror.ts";

Deno.test("findWeights takes a folder's files, or those beside a file of weights", async () => {
  const folder = await findWeights(FIXTURE);
  assert.deepEqual(folder, {
    config: join(FIXTURE, "config.json"),
    weights: join(FIXTURE, "pytorch_model.bin"),
    tokenizer: join(FIXTURE, "vocab.txt"),
  });
  const weights = join(FIXTURE, "finetune_bert.pth");
  assert.deepEqual(await findWeights(weights), { ...folder, weights });
});

Deno.test("findWeights brings a model of the hub that loadPretrained reads", () =>
  withCache(async (options) => {
    const names = ["config.json", "pytorch_model.bin", "vocab.txt"];
    const files = names.map((name) => [name, Deno.readFileSync(join(FIXTURE, name))]);
    await using hub = serveHub(Object.fromEntries(files));
    const found = await findWeights("hf:lab/bert@main", { ...options, hubUrl: hub.hubUrl });
    assert.deepEqual(Object.values(found).map((path) => basename(path)).sort(), names);
    assert.ok(found.weights.includes(COMMIT));
    await startBackend();
    const { model } = await loadPretrained(found, { preset: TEXT_PRESETS.paper, rng: createRng(1) });
    assert.equal(model.config.bert.hidden_size, 32);
    model.dispose();
  }));

onRealData(
  "findWeights lends PubMedBERT's own configuration and tokenizer to weights that come alone",
  async () => {
    const folder = await Deno.makeTempDir();
    const alone = join(folder, "finetune_bert.pth");
    await Deno.copyFile(join(FIXTURE, "finetune_bert.pth"), alone);
    const { weights, config, tokenizer } = await findWeights(alone);
    assert.deepEqual(
      [weights, basename(config), basename(tokenizer)],
      [alone, "pubmedbert_config.json", "pubmedbert_tokenizer.json"],
    );
    await Deno.remove(folder, { recursive: true });
  },
);
