import assert from "node:assert/strict";
import { join } from "node:path";
import { readBench, readResults, type Result, writeResult } from "../../lib/metrics/mod.ts";
import { inFolder } from "../folder.ts";

const result: Result = {
  task: "tcell",
  set: "melanoma_t_cells",
  split: "leave-one-patient-out",
  repeats: 4,
  preset: "walkthrough",
  seed: 42,
  backend: "wasm",
  data: { real: true, cells: 1073, genes: 1000, sha256: null, reference: "pbmc3k" },
  metrics: { accuracy: 0.5, macro_f1: 0.25 },
  sd: { accuracy: 0.1 },
  baselines: { logistic_regression: { accuracy: 0.4 }, no_pretraining: {} },
  published: { accuracy: null, source: null },
  seconds: 1.5,
  cells_per_second: 700,
  peak_mb: null,
  versions: { deno: "2.9.6" },
};

/** A folder of results that nothing has made yet. */
const inResults = (use: (folder: string) => Promise<void>) =>
  inFolder((folder) => use(join(folder, "results")));

Deno.test("writeResult writes what readResults reads, and a later run replaces an earlier one", () =>
  inResults(async (folder) => {
    assert.deepEqual(readResults(folder), []);
    await writeResult({ ...result, seed: 1 }, folder);
    const path = await writeResult(result, folder);
    assert.equal(path, join(folder, "tcell-melanoma_t_cells.json"));
    assert.deepEqual(readResults(folder), [result]);
  }));

Deno.test("writeResult refuses a wrong field and leaves no file", () =>
  inResults(async (folder) => {
    const wrong = { ...result, metrics: { accuracy: NaN } };
    await assert.rejects(writeResult(wrong, folder), /Cannot write .*: field metrics\.accuracy is wrong/);
    await assert.rejects(writeResult({ ...result, set: "../up" }, folder), /field set is wrong/);
    assert.deepEqual(readResults(folder), []);
  }));

Deno.test("readResults names the file that does not hold a result", () =>
  inResults(async (folder) => {
    await Deno.mkdir(folder);
    await Deno.writeTextFile(join(folder, "half.json"), '{"task": ');
    assert.throws(() => readResults(folder), /Cannot read .*half\.json.*delete it/);
    await Deno.writeTextFile(join(folder, "half.json"), "{}");
    assert.throws(() => readResults(folder), /half\.json: field task is wrong/);
  }));

Deno.test("readBench reads bench.json, which readResults leaves alone", () =>
  inResults(async (folder) => {
    assert.deepEqual(readBench(folder), []);
    await Deno.mkdir(folder);
    const row = { name: "ssd", scale: "b16", backend: "wasm", blas: null, ours_ms: 2, torch_ms: 4, ratio: 2 };
    await Deno.writeTextFile(join(folder, "bench.json"), JSON.stringify([row]));
    assert.deepEqual(readBench(folder), [row]);
    assert.deepEqual(readResults(folder), []);
  }));
