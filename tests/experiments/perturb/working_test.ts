import assert from "node:assert/strict";
import type { Table } from "../../../lib/matrix/mod.ts";
import { createRng } from "../../../lib/runtime/mod.ts";
import { keepWorking, workingProbabilities } from "../../../lib/experiments/perturb/mod.ts";

const GENES = 40;

/** Cells of noise about 1; the first ten genes move by `shift` in those that are affected. */
function cells(rows: number, affected: (row: number) => boolean, seed: string, shift = 0.6): Table {
  const rng = createRng(seed);
  const data = Float32Array.from({ length: rows * GENES }, (_, i) => {
    const [row, gene] = [Math.floor(i / GENES), i % GENES];
    return 1 + 0.5 * rng.normal() + (gene < 10 && affected(row) ? shift * (gene % 2 === 0 ? 1 : -1) : 0);
  });
  return { data, rows, cols: GENES };
}

const control = cells(400, () => false, "control");
const worked = (row: number) => row % 5 < 3;
const mixed = cells(200, worked, "mixed");

Deno.test("workingProbabilities tells cells whose guide worked from those that look like controls", () => {
  const probabilities = workingProbabilities(mixed, control, createRng(1))!;
  const right = probabilities.filter((p, row) => (p >= 0.5) === worked(row)).length;
  assert.ok(right > 0.93 * mixed.rows, `${right} of ${mixed.rows}`);
});

Deno.test("workingProbabilities are probabilities: their mean is the share that worked", () => {
  for (const [share, seed] of [[0.3, "few"], [0.6, "more"], [0.9, "most"]] as const) {
    const some = cells(300, (row) => row % 10 < 10 * share, seed, 1);
    const probabilities = workingProbabilities(some, control, createRng(1))!;
    const mean = probabilities.reduce((sum, p) => sum + p, 0) / probabilities.length;
    assert.ok(Math.abs(mean - share) < 0.1, `${share}: ${mean}`);
  }
});

Deno.test("workingProbabilities says nothing where a perturbation does nothing", () => {
  assert.equal(workingProbabilities(cells(200, () => false, "nothing"), control, createRng(1)), null);
});

Deno.test("keepWorking drops cells of conditions that can be told apart, and no control", () => {
  const tables = [
    { label: { context: "", perturbed: [] }, cells: control },
    { label: { context: "", perturbed: ["A"] }, cells: mixed },
    { label: { context: "", perturbed: ["B"] }, cells: cells(100, () => false, "nothing") },
  ];
  const { tables: kept, note } = keepWorking(tables, { rng: createRng(2), minCells: 10 });
  assert.deepEqual(kept.map((table) => table.cells.rows).filter((_, i) => i !== 1), [400, 100]);
  assert.ok(Math.abs(kept[1].cells.rows - 120) < 12, `${kept[1].cells.rows}`);
  assert.match(note, /^\d+ of 300 perturbed cells are left out .* in 1 of 2 conditions nothing tells$/);
});
