import assert from "node:assert/strict";
import { type CellModel, cellPreset, disposeModel, initCellParams } from "../../../lib/cell/mod.ts";
import { loadOntology } from "../../../lib/ontology/mod.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import { modelEmbedder } from "../../../lib/cell/embedding/embedder.ts";
import { calibrateClassifier, classifierNamer, textNamer } from "../../../lib/experiments/atlas/mod.ts";
import { tableOf, tableRows } from "../../../lib/matrix/mod.ts";

await startBackend();
const ontology = await loadOntology(null);
const CLASSES = ["CL:0000084", "CL:0000236", "CL:0000576"];
const config = cellPreset("nano");
const rng = createRng(9);

function drawModel(classes = CLASSES): CellModel {
  const vectors = Float32Array.from({ length: CLASSES.length * config.width }, () => rng.normal());
  return {
    config,
    params: initCellParams(createRng("model"), { config, genes: 4, classes: classes.length }),
    vocabulary: { symbols: ["A", "B", "C", "D"], ensembl: ["", "", "", ""], aliases: [[], [], [], []] },
    informativeness: new Float32Array(4).fill(1),
    classes,
    types: { ids: CLASSES, names: CLASSES.map((id) => `type ${id}`), ...tableOf(vectors, config.width) },
    temperature: 0.1,
    hash: "unsaved",
  };
}

/** Random cell vectors, larger than the model's so that the classifier is sure of itself. */
const drawVectors = (cells: number) =>
  tableOf(Float32Array.from({ length: cells * config.width }, () => 4 * rng.normal()), config.width);

Deno.test("textNamer names by the largest cosine, with the novelty of that cosine", () => {
  const model = drawModel();
  const { best, novelty, confidence } = textNamer(modelEmbedder(model)).name(model.types);
  assert.deepEqual([...best], [0, 1, 2]);
  assert.ok(novelty.every((value) => value < 1e-6), "a cell at a type's own vector is not novel");
  assert.ok(confidence.every((value) => value > 1 / 3));
  disposeModel(model);
});

Deno.test("classifierNamer names every cell among the classes, the same in blocks of any size", () => {
  const model = drawModel();
  const namer = classifierNamer(model, modelEmbedder(model), ontology);
  assert.deepEqual(namer.types[0], { id: "CL:0000084", name: "T cell" });
  const vectors = drawVectors(20);
  const [whole, part] = [
    namer.name(vectors),
    namer.name(tableRows(vectors, 5, 9)),
  ];
  assert.deepEqual(part.best, whole.best.slice(5, 9));
  // products of other shapes may sum in another order
  part.confidence.forEach((value, i) => assert.ok(Math.abs(value - whole.confidence[5 + i]) < 1e-5));
  disposeModel(model);
});

Deno.test("classifierNamer refuses a model that does not name its classes", () => {
  const model = drawModel(["0", "1"]);
  assert.throws(() => classifierNamer(model, modelEmbedder(model), ontology), {
    tag: "model",
    message: /use --by text/,
  });
  disposeModel(model);
});

Deno.test("calibrateClassifier keeps the calls and brings confidence to the share that is right", () => {
  const model = drawModel();
  const namer = classifierNamer(model, modelEmbedder(model), ontology);
  const vectors = drawVectors(400);
  const before = namer.name(vectors);
  // six in ten are what the classifier says, whatever its confidence
  const truth = before.best.map((best, i) => i % 10 < 6 ? best : (best + 1) % CLASSES.length);
  const temperature = calibrateClassifier(model, vectors, truth);
  const after = namer.name(vectors);
  assert.deepEqual(after.best, before.best);
  const meanOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const away = (values: Float32Array) => Math.abs(meanOf(values) - 0.6);
  assert.notEqual(temperature, 1);
  assert.ok(away(after.confidence) < 0.08, `${meanOf(before.confidence)} became ${meanOf(after.confidence)}`);
  disposeModel(model);
});
