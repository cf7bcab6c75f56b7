import assert from "node:assert/strict";
import { resultOf, resultSchema, scoreTable, summarise } from "../../lib/metrics/mod.ts";

Deno.test("summarise gives the mean and the standard deviation with n - 1", () => {
  const { mean, sd } = summarise([{ accuracy: 0.5 }, { accuracy: 0.7, extra: 1 }]);
  assert.ok(Math.abs(mean.accuracy - 0.6) < 1e-12);
  assert.ok(Math.abs(sd.accuracy - Math.sqrt(0.02)) < 1e-12);
  assert.equal(mean.extra, 1);
});

Deno.test("scoreTable has our means and deviations, and the means of the others", () => {
  const repeats = [
    { ours: { accuracy: 0.5 }, rival: { accuracy: 0.25 } },
    { ours: { accuracy: 0.75 }, rival: { accuracy: 0.75 } },
  ];
  const { metrics, sd, baselines } = scoreTable(repeats, "ours");
  assert.deepEqual([metrics, baselines], [{ accuracy: 0.625 }, { rival: { accuracy: 0.5 } }]);
  assert.ok(Math.abs(sd.accuracy! - Math.sqrt(0.03125)) < 1e-12);
});

Deno.test("resultOf fills in what is usual, keeps what is given, and fits the schema", () => {
  const parts = {
    task: "tcell",
    set: "a",
    split: "left-right",
    preset: "nano",
    seed: 1,
    backend: "wasm",
    data: { real: true, cells: 3, genes: 2, checkpoint: "b" },
    metrics: { accuracy: 1 },
    facts: { seconds: 1, cells_per_second: 3, peak_mb: 2, versions: { deno: "2" } },
  };
  const result = resultSchema.parse(resultOf(parts));
  assert.deepEqual([result.repeats, result.sd, result.baselines, result.data.sha256], [1, {}, {}, null]);
  assert.deepEqual(result.published, { accuracy: null, source: null });
  const given = { ...parts, repeats: 4, data: { ...parts.data, sha256: "c" }, published: { accuracy: 0.5 } };
  const { repeats, data, published } = resultOf(given);
  assert.deepEqual([repeats, data.sha256, published], [4, "c", { accuracy: 0.5 }]);
});
