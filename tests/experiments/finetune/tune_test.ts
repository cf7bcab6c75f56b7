import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { disposeModel, encodeCells, encodeFrom, initCellParams, tokenizeFor } from "../../../lib/cell/mod.ts";
import { readModelCells } from "../../../lib/genes/cells.ts";
import { storeParams } from "../../../lib/nn/mod.ts";
import { createRng, startBackend, statOrNull } from "../../../lib/runtime/mod.ts";
import {
  encodeRows,
  fineTune,
  hideCells,
  learns,
  prepareSet,
  runExperiment,
  takeHidden,
} from "../../../lib/experiments/finetune/mod.ts";
import { splitCells } from "../../../lib/baselines/mod.ts";
import { nanoStart, ontology, simulatedSet } from "./fixture.ts";

const backend = await startBackend();
const set = simulatedSet({ cells: 90, genes: 60 });
const start = nanoStart(set);
const prepared = prepareSet(set, start.model.vocabulary);
const [split] = splitCells(prepared, { by: "cells" }, { repeats: 1, rng: createRng(2) });

Deno.test("fineTune learns the head and the upper layers, and leaves the start and the frozen layers alone", async () => {
  const before = storeParams(start.model.params);
  const { model, training } = await fineTune(start.model, { ...prepared, ...split }, {
    seed: 1,
    layers: 1,
    epochs: 2,
    peak: 3e-3,
  });
  const after = storeParams(model.params);
  const moved = (name: string) =>
    before.get(name)!.data.some((value, i) => value !== after.get(name)!.data[i]);
  assert.ok(!moved("layers.0.inProjection.weight") && !moved("genes.embedding"), "frozen");
  assert.ok(moved("layers.1.inProjection.weight"), "the upper layer learns");
  assert.deepEqual(storeParams(start.model.params), before, "the start is not touched");
  const losses = training.log.filter(({ kind }) => kind === "validation").map(({ scores }) =>
    scores.cell_type
  );
  assert.ok(losses[1] < losses[0], `${losses}`);
  assert.deepEqual(model.classes, prepared.classes);
  const { probabilities, rows } = encodeRows(model, {
    ...prepared.cells,
    rows: split.test,
    classes: prepared.codes,
  });
  assert.equal(probabilities.length, rows.length * prepared.classes.length);
  disposeModel(model);
});

Deno.test("fineTune of a model that reads whole profiles keeps the genes of its profile", async () => {
  const config = { ...start.model.config, profile: { genes: 40, hidden: 8, dropout: 0, centred: false } };
  const genes = start.model.vocabulary.symbols.length;
  const profiled = {
    ...start.model,
    config,
    params: initCellParams(createRng(3), { config, genes, classes: 1 }),
    informativeness: Float32Array.from({ length: genes }, (_, gene) => 1 / (1 + gene)),
  };
  const { model } = await fineTune(profiled, { ...prepared, ...split }, {
    seed: 1,
    layers: 1,
    epochs: 1,
    peak: 1e-3,
  });
  assert.equal(model.informativeness, profiled.informativeness);
  const rows = { ...prepared.cells, rows: split.test, classes: prepared.codes };
  assert.equal(encodeRows(model, rows).rows.length, split.test.length);
  disposeModel(model);
});

Deno.test("learns names the parameters that change: head alone, upper layers, all but the expression head", () => {
  const names = ["genes.embedding", "layers.0.d", "layers.1.d", "classifier.out.bias", "expression.0.bias"];
  const of = (layers: number | "all") => names.filter(learns(start.model, layers));
  assert.deepEqual(of(0), ["classifier.out.bias"]);
  assert.deepEqual(of(1), ["layers.1.d", "classifier.out.bias"]);
  assert.deepEqual(of("all"), names.slice(0, 4));
});

Deno.test("hideCells keeps what the frozen layers say: the rest of the way gives the same vectors", () => {
  const { params, config } = start.model;
  const rows = Int32Array.of(3, 4, 5, 6);
  const whole = tf.tidy(() =>
    encodeCells(params, tokenizeFor(start.model, readModelCells(prepared.cells, 3, 7)), { config }).cells
      .dataSync()
  );
  const hidden = hideCells(start.model, { ...prepared.cells, rows, classes: prepared.codes }, 1);
  const parts = tf.tidy(() =>
    encodeFrom(params, takeHidden(hidden, rows), { config, first: 1 }).cells.dataSync()
  );
  whole.forEach((value, i) => assert.ok(Math.abs(value - parts[i]) < 1e-5, `${i}: ${value} ${parts[i]}`)); // float32
  assert.throws(() => takeHidden(hidden, [50]), /row 50/);
});

Deno.test("runExperiment counts a label that training never met as wrong and says how many there were", async () => {
  const rare = set.labels[0]!;
  const lone = set.labels.map((label, row) => label === rare && row !== 0 ? null : label);
  const { result, folds } = await runExperiment({ ...set, labels: lone }, {
    task: "finetune",
    split: { by: "place", name: "first-row", isTest: (row) => row < 8 },
    repeats: 1,
    preset: "nano",
    seed: 1,
    backend: backend.name,
    start,
    ontology,
    tune: { epochs: 1, layers: 0 },
    baselines: {},
    ablations: false,
  });
  assert.equal(result.data.unseen_labels, 1);
  assert.ok(!folds[0].classes.includes(rare) && folds[0].truth[0] === rare);
  assert.ok(folds[0].scores.kcellfm.accuracy < 1);
});

/** One tuning of three short epochs and nothing beside it. */
const SHORT = {
  task: "finetune",
  split: { by: "cells" },
  repeats: 1,
  preset: "nano",
  seed: 1,
  backend: backend.name,
  start,
  ontology,
  tune: { epochs: 3, length: 32 },
  baselines: {},
  ablations: false,
} satisfies Parameters<typeof runExperiment>[1];

Deno.test("runExperiment, stopped while it tunes, writes nothing down, goes on from its state and ends with the same answers", async () => {
  const resume = await Deno.makeTempDir();
  const run = async (
    options: { resume?: string; save?: string; signal?: AbortSignal; stop?: AbortController },
  ) => {
    const { folds } = await runExperiment(set, {
      ...SHORT,
      ...options,
      onProgress: ({ note }) => void (note.includes("loss") && options.stop?.abort()),
    });
    return folds[0].answers.kcellfm.probabilities;
  };
  const stop = new AbortController();
  const save = join(resume, "tuned");
  await assert.rejects(run({ resume, save, signal: stop.signal, stop }), {
    name: "AbortError",
    message: /goes on from/,
  });
  assert.equal(statOrNull(save), null);
  assert.ok(statOrNull(join(resume, "0-kcellfm/training.safetensors")));
  assert.deepEqual(await run({ resume }), await run({}));
  await assert.rejects(
    runExperiment({ ...set, labels: set.labels.toReversed() }, {
      ...SHORT,
      resume,
    }),
    { tag: "model", message: /written by a run of other settings/ },
  );
  await Deno.remove(resume, { recursive: true });
});
