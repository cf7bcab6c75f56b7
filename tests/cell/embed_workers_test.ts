import assert from "node:assert/strict";
import { type CellModel, cellPreset, disposeModel, embedCells, initCellParams } from "../../lib/cell/mod.ts";
import { detectValues, matchGenes, symbolVocabulary } from "../../lib/genes/mod.ts";
import type { ModelCells } from "../../lib/genes/cells.ts";
import { loadOntology } from "../../lib/ontology/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import { embedAll, modelEmbedder } from "../../lib/cell/embedding/embedder.ts";
import { startEmbedWorkers } from "../../lib/cell/embedding/parallel.ts";
import { simulatedStudy } from "../../lib/experiments/pretrain/mod.ts";

await startBackend();
const ontology = await loadOntology(null);

const symbols = [...new Set([...ontology.terms.values()].flatMap(({ markers = [] }) => markers))].sort();
const vocabulary = symbolVocabulary(symbols);
const config = cellPreset("nano");
const model: CellModel = {
  config,
  params: initCellParams(createRng("model"), { config, genes: symbols.length, classes: 2 }),
  vocabulary,
  informativeness: new Float32Array(symbols.length).fill(1),
  classes: ["CL:0000084", "CL:0000236"],
  types: { ids: [], names: [], data: new Float32Array(), rows: 0, cols: config.width },
  temperature: 1,
  hash: "unsaved",
};

/** Two blocks of 256 cells and a third that is smaller: three workers have one each, two have two rounds. */
const { source } = simulatedStudy(ontology, { vocabulary, cells: 530, types: 3, rng: createRng(1) });
const cells: ModelCells = {
  source,
  values: detectValues(source),
  tokenOf: matchGenes(source, vocabulary).tokenOf,
  genes: symbols.length,
};

Deno.test("modelEmbedder with two workers gives the embeddings of one to the bit, in file order, with progress", async () => {
  const alone = await embedAll(modelEmbedder(model), cells);
  const workers = await startEmbedWorkers(model, { count: 2 });
  const progress: number[] = [];
  const shared = await embedAll(modelEmbedder(model, { workers }), cells, {
    onProgress: (done) => progress.push(done),
  });
  workers?.close();
  assert.deepEqual(progress, [256, 512, 530]);
  assert.deepEqual(shared, alone);
});

Deno.test("modelEmbedder with workers stops at an aborted signal", async () => {
  const workers = await startEmbedWorkers(model, { count: 2 });
  const controller = new AbortController();
  const embedding = embedAll(modelEmbedder(model, { workers }), cells, {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await assert.rejects(embedding, { name: "AbortError" });
  workers?.close();
});

Deno.test("startEmbedWorkers starts none for one worker, and embedding is then embedCells", async () => {
  assert.equal(await startEmbedWorkers(model, { count: 1 }), null);
  const [first] = await Array.fromAsync(embedCells(model, cells));
  assert.equal(first.rows, 256);
  disposeModel(model);
});
