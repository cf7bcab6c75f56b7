import assert from "node:assert/strict";
import { join } from "node:path";
import { disposeModel } from "../../../lib/cell/mod.ts";
import { startBackend } from "../../../lib/runtime/mod.ts";
import { loadTuned, nameCells, prepareSet, runExperiment } from "../../../lib/experiments/finetune/mod.ts";
import { nanoStart, ontology, simulatedSet } from "./fixture.ts";

const backend = await startBackend();

Deno.test("loadTuned brings back all that names cells: the same answers as when it was tuned", async () => {
  const set = simulatedSet({ cells: 110, genes: 60 });
  const start = nanoStart(set);
  const save = join(await Deno.makeTempDir(), "tuned");
  const { folds: [fold] } = await runExperiment(set, {
    task: "finetune",
    split: { by: "cells" },
    repeats: 1,
    preset: "nano",
    seed: 1,
    start,
    ontology,
    save,
    backend: backend.name,
    baselines: {},
    ablations: false,
    tune: { epochs: 2, length: 32, peak: 3e-3 },
  });
  const tuned = await loadTuned(save);
  const { cells } = prepareSet(set, tuned.model.vocabulary);
  const { labels, probabilities, classes } = nameCells(tuned, cells, fold.split.test);
  const before = fold.answers.kcellfm;
  assert.deepEqual(classes, fold.classes);
  assert.deepEqual(labels, before.labels);
  // weights are stored in half precision, 11 bits
  probabilities.forEach((p, i) => assert.ok(Math.abs(p - before.probabilities![i]) < 2 ** -8, `${i}: ${p}`));
  assert.ok(tuned.fusion.linear > 0 && tuned.fusion.shift!.every((value) => value < 0));
  await Deno.writeFile(join(save, "head.safetensors"), new Uint8Array(4));
  await assert.rejects(loadTuned(save), /head\.safetensors/);
  [tuned.model, start.model].forEach(disposeModel);
});
