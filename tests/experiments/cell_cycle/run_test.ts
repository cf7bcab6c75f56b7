import assert from "node:assert/strict";
import { cellPreset, disposeModel } from "../../../lib/cell/mod.ts";
import { symbolVocabulary } from "../../../lib/genes/mod.ts";
import { resultSchema } from "../../../lib/metrics/mod.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import { openCycleSet, runCellCycle } from "../../../lib/experiments/cell_cycle/mod.ts";
import { BASELINES, randomStart } from "../../../lib/experiments/finetune/mod.ts";
import { ontology } from "../finetune/fixture.ts";

const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
Deno.env.set("KCELLFM_CACHE", folder);
const backend = await startBackend();

Deno.test("runCellCycle names phases and angles of simulated cells, beside scores that use no label", async () => {
  const set = await openCycleSet("ipsc_fucci", { seed: 5, simulated: true });
  const symbols = set.source.varNames;
  const vocabulary = symbolVocabulary(symbols);
  const types = { ids: [], names: [], data: new Float32Array(), rows: 0, cols: 32 };
  const start = randomStart({ config: cellPreset("nano"), vocabulary, types }, createRng(8));
  const { result, folds, angles, phaseScores } = await runCellCycle(set, {
    task: "cell-cycle",
    split: { by: "cells", test: 0.7 },
    repeats: 1,
    preset: "nano",
    seed: 1,
    backend: backend.name,
    start: { ...start, name: "nano" },
    ontology,
    ablations: false,
    tune: { epochs: 1, layers: 0, length: 32 },
    baselines: { majority: BASELINES.majority },
    draws: 0,
  });
  resultSchema.parse(result);
  const { metrics, baselines } = result;
  assert.ok(metrics.accuracy! > baselines.majority.accuracy! + 0.2, JSON.stringify(result));
  assert.ok(
    baselines.cell_cycle_scores.macro_f1! > baselines.majority.macro_f1! + 0.1,
    JSON.stringify(baselines),
  );
  assert.equal(phaseScores.phases.length, set.source.nObs);
  assert.equal(folds[0].answers.cell_cycle_scores.labels.length, folds[0].truth.length);
  assert.ok(angles);
  assert.equal(angles.folds[0].answers.kcellfm.length, angles.folds[0].truth.length);
  const { x, y } = angles.folds[0].places;
  assert.ok(
    x.every((value, cell) => Math.hypot(value, y[cell]) < 1 + 1e-5),
    "a mean of unit vectors is no longer",
  );
  assert.ok(Math.abs(Math.atan2(y[0], x[0]) - angles.folds[0].answers.kcellfm[0]) < 1e-6);
  // A guess is off by pi / 2 = 1.57; cells are gated with an error of 0.35 rad, of mean size 0.28.
  assert.ok(metrics.angle_error! < 0.9, String(metrics.angle_error));
  assert.ok(baselines.ridge_regression.angle_error! < 0.9 && baselines.mean_direction.angle_error! > 1.3);
  assert.ok(metrics.circular_correlation! > 0.5);
  disposeModel(start.model);
  set.source.close();
});
