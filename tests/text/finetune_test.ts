import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "../../lib/tensor/mod.ts";
import { disposeParams, flattenParams, storeParams } from "../../lib/nn/mod.ts";
import { loadOntology, RELATIONS, relationTriples } from "../../lib/ontology/mod.ts";
import { createRng, startBackend, zeroRng } from "../../lib/runtime/mod.ts";
import {
  describeEstimate,
  estimateText,
  learns,
  prepareText,
  prepareTrial,
  trainText,
} from "../../lib/experiments/text/mod.ts";
import {
  bertConfigSchema,
  buildExamples,
  drawBatches,
  embedTexts,
  initText,
  loadPretrained,
  padTokens,
  TEXT_PRESETS,
  type TextBatch,
  textLoss,
  type TextTraining,
} from "../../lib/text/mod.ts";
import { runTraining } from "../../lib/train/mod.ts";
import { closeTo, FIXTURE, golden } from "./pubmedbert.ts";
import { inMirror, onRealData } from "../mirror.ts";

const slim = await loadOntology(null);
const paper: TextTraining = TEXT_PRESETS.paper.training;
const settings = { preset: "paper", seed: 7, epochs: 1 } as const;

async function loadTiny(weights = "finetune_bert.pth") {
  await startBackend();
  const files = {
    config: join(FIXTURE, "config.json"),
    weights: join(FIXTURE, weights),
    tokenizer: join(FIXTURE, "vocab.txt"),
  };
  return (await loadPretrained(files, { preset: TEXT_PRESETS.paper, rng: createRng(1) })).model;
}

/** Number of scalars in a tree. */
const countParams = (tree: Parameters<typeof flattenParams>[0]): number =>
  [...flattenParams(tree).values()].reduce((sum, { size }) => sum + size, 0);

/** The golden's triples as one batch. */
function goldenBatch(): TextBatch {
  const { triples, wrong } = golden.training;
  const size = triples.length;
  const negatives = new Float32Array(size * size);
  for (let i = 0; i < size; i++) negatives[i * size + i] = 1;
  const none = new Int32Array(0);
  return {
    texts: [padTokens(golden.ids)],
    heads: Int32Array.from(triples, ([head]) => head),
    relations: Int32Array.from(triples, ([, relation]) => relation),
    tails: Int32Array.from(triples, ([, , tail]) => tail),
    candidates: Int32Array.from(wrong),
    negatives,
    disjoint: Float32Array.from(triples, ([, relation]) => Number(relation === 6)),
    terms: none,
    ranks: new Float32Array(0),
    definitions: [],
    defined: none,
  };
}

Deno.test(`three steps at the paper's settings equal PyTorch ${golden.birth.torch}'s`, async () => {
  const model = await loadTiny();
  const config = { ...model.config, dropout: 0 };
  const frozen = "bert.encoder.layer.0.output.dense.weight";
  const before = storeParams(model.params).get(frozen)!.data.slice();
  const losses: number[] = [];
  await runTraining<TextBatch>({
    params: model.params,
    batches: () => [goldenBatch(), goldenBatch(), goldenBatch()],
    loss: (batch, training) => textLoss(model.params, batch, { config, training, weights: paper.weights }),
    trainable: learns({ ...paper, frozenLayers: 1 }),
    epochs: 1,
    schedule: { peak: 1e-3, warmup: 0, total: 3, floor: paper.floor },
    weightDecay: paper.weightDecay,
    onStep: ({ loss }) => void losses.push(loss),
    seed: 1,
  });
  // AdamW divides by the root of a squared gradient, so that rounding grows where gradients are small
  closeTo(losses, golden.training.losses, 1e-4);
  closeTo(embedTexts(model, golden.texts).data, golden.training.vectors, 1e-3);
  assert.deepEqual(storeParams(model.params).get(frozen)!.data, before, "frozen layers stay as they are");
  model.dispose();
});

Deno.test("micro-batches have the gradients of the whole batch", async () => {
  const model = await loadTiny();
  const config = { ...model.config, dropout: 0 };
  const variables = [...flattenParams(model.params).values()];
  const gradient = (microBatch: number) => {
    const training = { ...paper, batch: 16, microBatch };
    const examples = buildExamples(slim, { tokenizer: model.tokenizer, training });
    const batches = [...drawBatches(examples, training, createRng(3))].slice(0, 16 / microBatch);
    const parts = batches.map((batch) =>
      tf.variableGrads(
        () => textLoss(model.params, batch, { config, weights: paper.weights }).total,
        variables,
      ).grads
    );
    return variables.flatMap(({ name }) => {
      const sum = tf.div(tf.addN(parts.map((part) => part[name])), parts.length);
      return [...sum.dataSync()];
    });
  };
  // the same sums in another order; gradients are of order 1
  closeTo(gradient(4), gradient(16), 2e-5);
  model.dispose();
});

Deno.test("drawBatches compares each triple with one tail of its batch, never a true one", async () => {
  const model = await loadTiny();
  const { tokenizer } = model;
  const examples = buildExamples(slim, { tokenizer, training: paper });
  assert.equal(examples.similarity, null, "no loss asks for the graph");
  const batches = [...drawBatches(examples, paper, createRng(5))];
  assert.equal(batches.length, 8 * Math.floor(examples.triples.length / 64));
  const chosen = new Set<number>();
  for (const { heads, tails, candidates, negatives } of batches) {
    assert.equal(heads.length, 8);
    candidates!.forEach((candidate, i) => {
      assert.equal(negatives[i * 8 + i], Number(candidate !== tails[i]));
      chosen.add(candidate);
    });
    assert.equal(
      negatives.reduce((sum, value) => sum + value, 0),
      8,
      "a batch of 64 has a false tail for all",
    );
  }
  assert.ok(chosen.size > 8);
  model.dispose();
});

Deno.test("trainText tunes a published BERT, and goes on from where it was stopped", async () => {
  await startBackend();
  const triples = relationTriples(slim).slice(0, 200); // three steps
  const start = async () => ({ model: await loadTiny("pytorch_model.bin"), triples });
  const directory = await Deno.makeTempDir();
  const whole = prepareText(slim, settings, await start());
  const { log } = await trainText(whole);
  const train = log.filter(({ kind }) => kind === "train");
  assert.ok(train.every(({ learning_rate }) => learning_rate === 2e-5), "constant, as the original's");
  const stopping = new AbortController();
  const halted = prepareText(slim, settings, await start());
  const { stopped } = await trainText(halted, {
    directory,
    signal: stopping.signal,
    onStep: ({ step }) => {
      if (step === 2) stopping.abort();
    },
  });
  assert.equal(stopped, "aborted");
  const resumed = prepareText(slim, settings, await start());
  await trainText(resumed, { directory });
  const [a, b] = [whole, resumed].map(({ model }) => embedTexts(model, ["T cell", "neuron"]));
  assert.deepEqual(a, b);
  for (const { model } of [whole, halted, resumed]) model.dispose();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("prepareText refuses fewer facts than one step of preset paper takes", async () => {
  const model = await loadTiny();
  const triples = relationTriples(slim).slice(0, 20);
  assert.throws(() => prepareText(slim, settings, { model, triples }), {
    name: "KcellfmError",
    message: "Cannot train on 20 triples: a step of this preset takes 64; give more of them",
  });
  model.dispose();
});

Deno.test("prepareTrial keeps given triples that name a held-out term out of training", async () => {
  const model = await loadTiny();
  const names = [...slim.terms.values()].map(({ name }) => name);
  const triples = names.slice(1).map((head) => ({ head, relation: "is_a", tail: names[0] }) as const);
  const trial = prepareTrial(slim, { ...settings, share: 0.1 }, { model, triples });
  const hidden = trial.exam.heldOut.map((row) => trial.exam.names[row]);
  const left = hidden.includes(names[0]) ? 0 : triples.length - hidden.length;
  assert.equal(trial.examples.triples.length, left);
  model.dispose();
});

Deno.test("estimateText says what training will take before it starts, and changes nothing", async () => {
  const run = prepareText(slim, settings, { model: await loadTiny() });
  const before = storeParams(run.model.params);
  const tensors = tf.memory().numTensors;
  const estimate = estimateText(run);
  assert.equal(tf.memory().numTensors, tensors);
  assert.deepEqual(storeParams(run.model.params), before);
  assert.equal(estimate.steps, run.steps);
  assert.equal(estimate.totalSeconds, estimate.seconds * run.steps * 8);
  const beyond = estimate.memoryMb - Deno.memoryUsage().rss / 1e6; // what this process held before is in the estimate
  assert.ok(beyond > -200 && beyond < 200, `${beyond} MB more than the process holds`);
  assert.match(
    describeEstimate({
      ...estimate,
      parameters: 109.9e6,
      learning: 88.4e6,
      steps: 2280,
      seconds: 2,
      totalSeconds: 36480,
      memoryMb: 5000,
    }),
    /^Training 88\.4 M of 109\.9 M parameters in 2280 steps: at most about 5\.0 GB of memory and, .* 10\.1 hours /,
  );
  run.model.dispose();
});

Deno.test("prepareText refuses preset paper without weights", () => {
  assert.throws(() => prepareText(slim, settings), {
    name: "KcellfmError",
    message: "Cannot start preset paper: it needs the weights of a published BERT",
  });
});

onRealData(
  "preset paper has the parameters of transformers' PubMedBERT, all but its first three layers learning",
  async () => {
    await startBackend();
    const bert = bertConfigSchema.parse(
      JSON.parse(await Deno.readTextFile(inMirror("text/pubmedbert_config.json"))),
    );
    const config = { bert, dim: 512, dropout: 0.1, relations: RELATIONS };
    const params = initText(zeroRng(), config);
    // BertModel(config, add_pooling_layer=False).num_parameters(), and encoder.layer[:3] of it
    assert.equal(countParams(params.bert), 108_891_648);
    const frozen = [...flattenParams(params)].filter(([name]) => !learns(paper)(name));
    assert.equal(frozen.reduce((sum, [, { size }]) => sum + size, 0), 21_263_616);
    // two projections 768 -> 512 with LayerNorm, eight relation vectors
    assert.equal(countParams(params) - countParams(params.bert), 2 * (768 * 512 + 3 * 512) + 8 * 768);
    disposeParams(params);
  },
);
