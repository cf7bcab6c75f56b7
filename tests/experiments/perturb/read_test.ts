import assert from "node:assert/strict";
import { join } from "node:path";
import { type CellSource, memorySource, openCells } from "../../../lib/data/mod.ts";
import { csrFromDense } from "../../../lib/matrix/mod.ts";
import { simulateScreen, writeScreen } from "../../../lib/simulate/mod.ts";
import { createRng } from "../../../lib/runtime/mod.ts";
import {
  openPerturbations,
  type ReadPerturbationOptions,
  readPerturbations,
  simulatedSet,
} from "../../../lib/experiments/perturb/mod.ts";

const SMALL = {
  pathways: 3,
  regulators: 2,
  programs: 3,
  targets: 5,
  others: 5,
  pairs: 4,
  cells: 12,
  controls: 40,
};
const FACTS = { name: "tiny", real: false, sha256: null };

/** Cells in the form of GEARS: one row of counts for each condition named. */
function tiny(
  conditions: readonly (string | null)[],
  counts: readonly number[][],
  genes: readonly string[],
): CellSource {
  const matrix = csrFromDense(counts.flat(), conditions.length, genes.length);
  return memorySource({
    name: "tiny.h5ad",
    matrix,
    obsNames: conditions.map((_, i) => `cell${i}`),
    varNames: genes.map((_, i) => `ENSG${i}`),
    obs: { condition: conditions },
    var: { gene_name: genes },
  });
}

const read = (source: CellSource, options: ReadPerturbationOptions = {}) =>
  readPerturbations(source, FACTS, { minCells: 2, ...options });

Deno.test("readPerturbations scales counts to the median total and merges A+ctrl with ctrl+A", () => {
  const counts = [[2, 2, 0], [1, 3, 0], [4, 0, 0], [8, 0, 0], [0, 0, 0]];
  const set = read(tiny(["ctrl", "ctrl", "A+ctrl", "ctrl+A", null], counts, ["A", "B", "C"]));
  assert.equal(set.total, 4);
  assert.deepEqual(set.genes, ["A", "B", "C"]);
  assert.deepEqual(set.conditions.map(({ name, cells }) => [name, cells.rows]), [["A+ctrl", 2]]);
  const { mean, control, differential, scored } = set.conditions[0];
  assert.deepEqual(Array.from(mean), Array.from(Float32Array.of(Math.log(5), 0, 0)));
  assert.ok(Math.abs(control.mean[0] - (Math.log(3) + Math.log(2)) / 2) < 1e-6);
  assert.equal(differential.length, 3); // fewer genes than twenty
  assert.deepEqual(Array.from(scored), [1, 1, 1]);
  assert.ok(set.notes.some((note) => /1 cells do not say/.test(note)));
});

Deno.test("readPerturbations takes logarithms as they are, as Adamson's and Norman's files hold them", () => {
  const rows = [[3, 1, 0.5], [1, 3.5, 0], [0.5, 0.5, 3.5], [2.5, 1, 1]];
  const logs = rows.map((row) => row.map((value) => Math.log1p(value)));
  const set = read(tiny(["ctrl", "ctrl", "ctrl+A", "A+ctrl"], logs, ["A", "B", "C"]));
  assert.ok(Math.abs((set.total ?? 0) - 4.5) < 1e-5, `${set.total}`);
  assert.ok(Math.abs(set.controls[0].mean[0] - (Math.log(4) + Math.log(2)) / 2) < 1e-6);
});

Deno.test("readPerturbations says which genes never vary and keeps perturbed genes that are not measured", () => {
  const counts = [[2, 1, 0], [1, 2, 0], [3, 1, 0], [2, 2, 0]];
  const set = read(tiny(["ctrl", "ctrl", "NOGENE+ctrl", "NOGENE+ctrl"], counts, ["A", "B", "C"]));
  assert.deepEqual(set.perturbable, ["NOGENE"]);
  assert.ok(set.notes.includes("1 of 1 perturbed genes are not measured and have no column: NOGENE"));
  assert.ok(set.notes.includes("genes without variation, which no model changes (1): C"));
  assert.equal(set.conditions[0].mean[2], 0);
});

Deno.test("readPerturbations refuses cells without controls, without the column, and scaled values", () => {
  const counts = [[2, 1], [1, 2]];
  assert.throws(
    () => read(tiny(["A+ctrl", "B+ctrl"], counts, ["A", "B"])),
    /no cell is a control.*condition is a word such as ctrl.*--control/,
  );
  assert.throws(() => read(tiny(["ctrl", "ctrl"], counts, ["A", "B"])), /no perturbation has enough cells/);
  assert.throws(
    () => read(tiny(["ctrl", "A"], counts, ["A", "B"]), { condition: "guide" }),
    /no column "guide" \(it has condition\).*--condition-key/,
  );
  const scaled = tiny(["ctrl", "A+ctrl"], [[-1, 0.5], [0.5, -1]], ["A", "B"]);
  assert.throws(() => read(scaled, { minCells: 1 }), /negative values.*expected counts or log1p/);
});

Deno.test("readPerturbations keeps the most variable genes and those perturbed", () => {
  const rng = createRng(1);
  const conditions = Array.from({ length: 60 }, (_, i) => i < 30 ? "ctrl" : "P+ctrl");
  const others = Array.from({ length: 30 }, (_, i) => `G${i}`);
  const counts = conditions.map((_, i) => [10, i % 2 === 0 ? 20 : 0, ...others.map(() => rng.poisson(10))]);
  const set = read(tiny(conditions, counts, ["P", "WILD", ...others]), { genes: 2 });
  assert.deepEqual(set.genes, ["P", "WILD"]);
});

Deno.test("a written screen is read as the one in memory, terms included", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const screen = simulateScreen(SMALL, createRng(3).split("perturbation screen"));
    const path = join(folder, "screen.h5ad");
    await writeScreen(path, screen);
    const [ours, theirs] = [simulatedSet({ seed: 3 }, SMALL), await openPerturbations(path, FACTS)];
    assert.equal(ours.conditions.length, 10);
    assert.deepEqual(theirs.conditions.map(({ name }) => name), ours.conditions.map(({ name }) => name));
    assert.deepEqual(theirs.conditions[4].mean, ours.conditions[4].mean);
    assert.deepEqual(theirs.terms, screen.network.terms);
    const source = await openCells(path);
    assert.deepEqual(source.obs.columns, ["condition", "control"]);
    source.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openPerturbations draws at most so many cells of a condition, the same ones for a seed", () => {
  const screen = simulateScreen(SMALL, createRng(3));
  const few = (seed: number) => readPerturbations(screen, FACTS, { cells: 3, minCells: 3, seed });
  const set = few(1);
  assert.ok(set.conditions.every(({ cells }) => cells.rows === 3));
  assert.equal(set.controls[0].cells.rows, 30);
  assert.deepEqual(few(1).conditions[0].mean, set.conditions[0].mean);
  assert.notDeepEqual(few(2).conditions[0].mean, set.conditions[0].mean);
});
