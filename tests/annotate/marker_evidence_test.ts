import assert from "node:assert/strict";
import { markerEvidence } from "lib/annotate/mod.ts";
import { csrFromDense, type CsrMatrix } from "lib/matrix/mod.ts";
import { createRng } from "lib/runtime/mod.ts";
import type { ModelCells } from "lib/genes/mod.ts";

const SYMBOLS = ["A", "B", "C", "D", "E"];
const MARKERS = new Map([
  ["CL:1", [{ gene: "A", weight: 2 }, { gene: "B", weight: 1 }, { gene: "missing", weight: 5 }]],
  ["CL:2", [{ gene: "D", weight: 1 }]],
  ["CL:3", [{ gene: "E", weight: 1 }]],
]);
const TYPES = ["CL:1", "CL:2", "CL:3", "CL:4"];

const rng = createRng("marker evidence");
const CELLS = 40;
const values = Array.from({ length: CELLS * 4 }, () => rng.uniform() < 0.4 ? 0 : 3 * rng.uniform());
/** A file that lacks gene E. */
function file(): ModelCells {
  const dense = csrFromDense(values, CELLS, 4);
  const rows = (start: number, end: number): CsrMatrix =>
    csrFromDense(values.slice(start * 4, end * 4), end - start, 4);
  const source = { name: "test", nObs: CELLS, nVars: 4, rows, close() {} } as unknown as ModelCells["source"];
  assert.equal(dense.rows, CELLS);
  return {
    source,
    values: { kind: "log1p", evidence: "test" },
    tokenOf: Int32Array.of(0, 1, 2, 3),
    genes: 5,
  };
}

Deno.test("markerEvidence sums weighed z-scores over the root of squared weights, as the formula says", () => {
  const { scores, measured } = markerEvidence(file(), {
    types: TYPES,
    markers: MARKERS,
    vocabulary: { symbols: SYMBOLS },
  });
  assert.deepEqual([...measured], [2, 1, 0, 0]);
  const column = (gene: number) => Array.from({ length: CELLS }, (_, row) => values[row * 4 + gene]);
  const z = (gene: number, row: number) => {
    const all = column(gene);
    const mean = all.reduce((a, b) => a + b, 0) / CELLS;
    const deviation = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / CELLS);
    return (all[row] - mean) / deviation;
  };
  for (let row = 0; row < CELLS; row++) {
    const expected = [(2 * z(0, row) + z(1, row)) / Math.sqrt(5), z(3, row), 0, 0];
    expected.forEach((score, type) => assert.ok(Math.abs(scores[row * 4 + type] - score) < 1e-3));
  }
});
