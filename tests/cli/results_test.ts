import assert from "node:assert/strict";
import { resultTables } from "../../lib/cli/results.ts";
import { markdownTable, terminalTable } from "../../lib/cli/table.ts";
import type { Result } from "../../lib/metrics/mod.ts";

const result: Result = {
  task: "tcell",
  set: "melanoma",
  split: "by patient",
  repeats: 4,
  preset: "nano",
  seed: 42,
  backend: "wasm",
  data: { real: false, cells: 10, genes: 10, sha256: null },
  metrics: { accuracy: 0.51234, macro_f1: 0.25 },
  sd: { accuracy: 0.01 },
  baselines: { logistic_regression: { accuracy: 0.4 } },
  published: { accuracy: 0.8123, source: "paper" },
  seconds: 1,
  cells_per_second: 10,
  peak_mb: 10,
  versions: {},
};

const EXPECTED = `tcell

set                   method                    accuracy  macro_f1
--------------------  -------------------  -------------  --------
melanoma (simulated)  kcellfm (nano)       0.512 ± 0.010     0.250
by patient            logistic_regression          0.400         -
4 x, seed 42, wasm    published (paper)            0.812         -
`;

Deno.test("resultTables puts ours beside baselines and published numbers", () => {
  const [table] = resultTables([result]);
  assert.equal(terminalTable(table), EXPECTED);
});

Deno.test("resultTables leaves out a published row that has no figure", () => {
  const [table] = resultTables([{ ...result, published: { accuracy: null, source: null } }]);
  assert.doesNotMatch(terminalTable(table), /published/);
});

Deno.test("markdownTable aligns numbers right and escapes bars", () => {
  const text = markdownTable({ title: "t", columns: ["a", "n"], rows: [["x|y", "1.5"]] });
  assert.equal(text, "### t\n\n| a | n |\n| --- | ---: |\n| x\\|y | 1.5 |\n");
});
