import assert from "node:assert/strict";
import * as tf from "../../lib/tensor/mod.ts";
import { createOntology, createTerm, liveTerms, loadOntology } from "../../lib/ontology/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import {
  bagOfWords,
  buildExam,
  buildExamples,
  countBatches,
  drawBatches,
  embedOntology,
  embedTexts,
  encodeParts,
  encodeTokens,
  holdOutTerms,
  loadTextCheckpoint,
  loadTypeVectors,
  newTextModel,
  padParts,
  padTokens,
  relationVector,
  saveTextCheckpoint,
  scoreVectors,
  TEXT_PRESETS,
  withoutTerms,
} from "../../lib/text/mod.ts";
import { rowAt, tableOf } from "../../lib/matrix/mod.ts";

const slim = await loadOntology(null);
const preset = TEXT_PRESETS.nano;

async function nanoModel() {
  await startBackend();
  return newTextModel(slim, { preset, rng: createRng(3) });
}

Deno.test("embedTexts gives a text the same vector alone and in any company", async () => {
  const model = await nanoModel();
  const texts = ["T cell", "a text of words that no ontology knows, longer than the others", "neuron"];
  const together = embedTexts(model, texts);
  texts.forEach((text, i) => {
    const alone = embedTexts(model, [text]);
    // padding is masked by large negative scores, so only rounding may differ
    alone.data.forEach((value, j) => assert.ok(Math.abs(value - rowAt(together, i)[j]) < 1e-4));
  });
});

Deno.test("encodeParts equals one batch, and dropout changes vectors in training only", async () => {
  const { params, config, tokenizer } = await nanoModel();
  const encoded = ["neuron", "T cell", "regulatory T cell of the gut"].map((text) =>
    tokenizer.encode(text, 16)
  );
  const whole = encodeTokens(params, padTokens(encoded), { config }).dataSync();
  const parts = encodeParts(params, padParts(encoded, 2), { config }).dataSync();
  parts.forEach((value, i) => assert.ok(Math.abs(value - whole[i]) < 1e-4));
  const training = { rng: createRng(1) };
  const dropped = encodeTokens(params, padTokens(encoded), { config, training }).dataSync();
  assert.ok(dropped.some((value, i) => Math.abs(value - whole[i]) > 0.1));
});

Deno.test("embedTexts and relationVector leave no tensor behind", async () => {
  const model = await nanoModel();
  const before = tf.memory().numTensors;
  embedTexts(model, ["T cell", "neuron"]);
  relationVector(model, "is_a");
  assert.equal(tf.memory().numTensors, before);
  assert.throws(() => relationVector(model, "likes"), /Cannot find relation "likes"/);
});

Deno.test("withoutTerms hands the children of a hidden term to its parents", () => {
  const terms = [
    createTerm({ id: "CL:1", name: "cell" }),
    createTerm({ id: "CL:2", name: "immune cell", isA: ["CL:1"] }),
    createTerm({ id: "CL:3", name: "lymphocyte", isA: ["CL:2"] }),
    createTerm({ id: "CL:4", name: "T cell", isA: ["CL:3"], developsFrom: ["CL:3"] }),
  ];
  const known = withoutTerms(
    createOntology(terms, { version: "1", source: "test" }),
    new Set(["CL:2", "CL:3"]),
  );
  assert.deepEqual([...known.terms.keys()], ["CL:1", "CL:4"]);
  assert.deepEqual(known.terms.get("CL:4")?.isA, ["CL:1"]);
  assert.deepEqual(known.terms.get("CL:4")?.developsFrom, []);
});

Deno.test("holdOutTerms draws the same share for the same seed", () => {
  const draw = (seed: number) => [...holdOutTerms(slim, { share: 0.1, rng: createRng(seed) })];
  assert.equal(draw(1).length, Math.round(liveTerms(slim).length * 0.1));
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
});

Deno.test("drawBatches gives whole batches in which no true tail is called false", async () => {
  const { tokenizer } = await nanoModel();
  const examples = buildExamples(slim, { tokenizer, training: preset.training });
  const size = preset.training.batch;
  const batches = [...drawBatches(examples, preset.training, createRng(5))];
  assert.equal(batches.length, countBatches(examples, preset.training));
  assert.ok(batches.length > examples.triples.length / size, "reworded facts join the others");
  let siblings = 0;
  for (const { heads, relations, tails, negatives } of batches) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const sameQuestion = heads[i] === heads[j] && relations[i] === relations[j];
        if (i !== j && sameQuestion) siblings++;
        if (sameQuestion || tails[i] === tails[j]) assert.equal(negatives[i * size + j], 0);
      }
    }
  }
  assert.ok(siblings > 0, "some batch asks the same question twice");
});

Deno.test("drawBatches standardises the ranks of each term's similarity", async () => {
  const { tokenizer } = await nanoModel();
  const examples = buildExamples(slim, { tokenizer, training: preset.training });
  const [{ ranks, terms }] = drawBatches(examples, preset.training, createRng(5));
  for (let i = 0; i < terms.length; i++) {
    const row = ranks.slice(i * terms.length, (i + 1) * terms.length);
    assert.equal(row[i], 0);
    assert.ok(Math.abs(row.reduce((sum, value) => sum + value, 0)) < 1e-4);
    assert.ok(Math.abs(row.reduce((sum, value) => sum + value ** 2, 0) / (terms.length - 1) - 1) < 1e-4);
  }
});

Deno.test("scoreVectors gives full marks to vectors that hold the answers", () => {
  const heldOut = holdOutTerms(slim, { share: 0.1, rng: createRng(1) });
  const exam = buildExam(slim, heldOut);
  const position = new Map(exam.names.map((name, i) => [name, i]));
  const owner = new Map(exam.synonyms.map(({ text, term }) => [text, term]));
  // a synonym gets its term's own vector, all terms are orthogonal
  const encode = (texts: readonly string[]) => {
    const vectors = new Float32Array(texts.length * exam.names.length);
    texts.forEach((text, i) => vectors[i * exam.names.length + (position.get(text) ?? owner.get(text)!)] = 1);
    return tableOf(vectors, exam.names.length);
  };
  const scores = scoreVectors(exam, { encode });
  assert.equal(scores.synonym_accuracy, 1);
  assert.equal(scores.synonym_mrr, 1);
  assert.equal(scores.spearman, 0, "orthogonal vectors rank nothing");
  assert.ok(scores.is_a_mrr < 0.02, "ties are broken at random, so no parent is found by luck");
});

Deno.test("bagOfWords weighs rare words more and knows nothing of unread words", () => {
  const { encode } = bagOfWords(["T cell", "B cell", "lung cell"]);
  const vector = encode(["lung cell macrophage"]).data;
  assert.deepEqual([...vector].map((v) => Number(v.toFixed(4))), [0, 1, 0, 1.6931]); // ln(4/4) + 1, ln(4/2) + 1
});

Deno.test("loadTextCheckpoint gives back what saveTextCheckpoint wrote, to half precision", async () => {
  const model = await nanoModel();
  const directory = await Deno.makeTempDir();
  const types = embedOntology(model, slim);
  const hash = await saveTextCheckpoint(directory, model, { types, made: { seed: 3 }, metrics: { note: 1 } });
  const read = await loadTextCheckpoint(directory);
  assert.equal(read.hash, hash);
  assert.deepEqual(read.model.config, model.config);
  assert.deepEqual(read.types.ids, types.ids);
  // half precision has 11 bits: values below 8 are off by at most 2^-9
  read.types.data.forEach((value, i) => assert.ok(Math.abs(value - types.data[i]) < 2 ** -8));
  const [a, b] = [embedTexts(read.model, ["helper T cell"]).data, embedTexts(model, ["helper T cell"]).data];
  a.forEach((value, i) => assert.ok(Math.abs(value - b[i]) < 0.02, "weights in half precision, one layer"));
  assert.deepEqual(loadTypeVectors(directory).data, read.types.data);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("loadTextCheckpoint names the file that is missing", async () => {
  await startBackend();
  await assert.rejects(loadTextCheckpoint("/nowhere"), {
    name: "KcellfmError",
    message: /^Cannot load a text checkpoint: \/nowhere\/config.json is missing or not JSON/,
  });
});
