import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { fillTables, parityTables } from "tools/parity.ts";
import type { Result } from "../../lib/metrics/mod.ts";

const DOCUMENT = fileURLToPath(import.meta.resolve("../../docs/PARITY.md"));

const RESULT: Result = {
  task: "tcell",
  set: "t_cells_cancer",
  split: "by cells",
  repeats: 4,
  preset: "walkthrough",
  seed: 42,
  backend: "wasm",
  data: { real: true, cells: 10, genes: 5, sha256: null },
  metrics: { accuracy: 0.5, macro_f1: 0.25 },
  sd: { accuracy: 0.125 },
  baselines: { majority: { accuracy: 0.25 }, logistic_regression: { accuracy: 0.75 } },
  published: {},
  seconds: 1,
  cells_per_second: 1,
  peak_mb: 1,
  versions: {},
};

/** The rows of the table between the markers of `name`, by their first `columns` fields. */
function rowsOf(document: string, name: string, columns: number): string[] {
  const [, inside] = document.split(new RegExp(`<!-- /?parity:${name} -->`));
  return inside.trim().split("\n").map((line) => line.split(" | ").slice(0, columns).join(" | "));
}

Deno.test("docs/PARITY.md holds the tables that its generator writes", async () => {
  const committed = await Deno.readTextFile(DOCUMENT);
  const fresh = fillTables(committed, parityTables([]));
  for (const name of ["tensors", "counts"]) {
    assert.deepEqual(rowsOf(committed, name, 4), rowsOf(fresh, name, 4), name);
  }
  // what was run depends on the results at hand; the published side does not
  assert.deepEqual(rowsOf(committed, "numbers", 3), rowsOf(fresh, "numbers", 3));
  assert.deepEqual(rowsOf(committed, "forward", 2), rowsOf(fresh, "forward", 2));
  assert.equal(rowsOf(committed, "results", 7)[0], rowsOf(fresh, "results", 7)[0]);
});

Deno.test("parityTables names every tensor of the model and finds the authors' counts", () => {
  const tables = parityTables([]);
  assert.equal(tables.get("counts")!.match(/ same \|/g)?.length, 3);
  const tensors = tables.get("tensors")!.trim().split("\n").slice(2);
  assert.equal(tensors.length, 3 + 6 + 14 + 6 + 10); // gene and value encoder, one layer, two heads
  assert.ok(tensors.some((line) => line.includes("`mamba_encoder.{0-5}.mamba_rev.in_proj.weight`")));
});

Deno.test("parityTables puts our number beside the published one only for the same real set", () => {
  const numbers = (result: Result) => parityTables([result]).get("numbers")!;
  assert.match(numbers(RESULT), /T cells in cancer, test \| accuracy \| 0\.8123 \| 0\.500 ± 0\.125 \|/);
  const simulated = { ...RESULT, data: { ...RESULT.data, real: false } };
  assert.match(numbers(simulated), /T cells in cancer, test \| accuracy \| 0\.8123 \| - \|/);
  assert.match(
    parityTables([simulated]).get("results")!,
    /t_cells_cancer \(simulated\).*logistic_regression 0\.750/,
  );
});

Deno.test("fillTables says which markers are missing", () => {
  assert.throws(() => fillTables("no markers", parityTables([])), /table tensors: <!-- parity:tensors -->/);
});
