import assert from "node:assert/strict";
import { disposeModel } from "../../../lib/cell/mod.ts";
import { resultSchema } from "../../../lib/metrics/mod.ts";
import { startBackend } from "../../../lib/runtime/mod.ts";
import { BASELINES, runExperiment } from "../../../lib/experiments/finetune/mod.ts";
import { nanoStart, ontology, simulatedSet } from "./fixture.ts";

const backend = await startBackend();

Deno.test("runExperiment tunes, compares and ablates on the same test cells and makes a valid result", async () => {
  const set = simulatedSet({ cells: 110, genes: 60 });
  const start = nanoStart(set);
  const notes: string[] = [];
  const { result, folds } = await runExperiment(set, {
    task: "finetune",
    split: { by: "cells" },
    repeats: 2,
    preset: "nano",
    seed: 1,
    backend: backend.name,
    start,
    ontology,
    tune: { epochs: 2, layers: 1, length: 32, peak: 3e-3 },
    baselines: { majority: BASELINES.majority, nearest_neighbours: BASELINES.nearest_neighbours },
    draws: 1,
    onProgress: ({ done, total, note }) => {
      assert.ok(done <= total, `${note}: ${done} of ${total}`);
      notes.push(note);
    },
  });
  resultSchema.parse(result);
  const { metrics, baselines, sd } = result;
  assert.equal(result.split, "70/30");
  assert.equal(folds.length, 2);
  assert.ok(metrics.accuracy! > baselines.majority.accuracy! + 0.2, JSON.stringify(result));
  assert.ok("no_pretraining" in baselines && "no_ontology" in baselines && "encoder_alone" in baselines);
  assert.ok(metrics.ontology_accuracy! >= metrics.accuracy!);
  assert.ok(sd.accuracy !== undefined);
  for (const { split, truth, answers } of folds) {
    for (const { labels } of Object.values(answers)) assert.equal(labels.length, truth.length);
    assert.equal(new Set([...split.train, ...split.validation, ...split.test]).size, set.source.nObs);
  }
  assert.ok(notes.some((note) => note.includes("no_ontology")));
  disposeModel(start.model);
});
