import assert from "node:assert/strict";
import { CELL_PRESETS, tokenizeFor } from "../../../lib/cell/mod.ts";
import { readModelCells } from "../../../lib/genes/cells.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import { AS_THEY_ARE, tableSource } from "../../../lib/experiments/finetune/mod.ts";
import {
  chooseCoding,
  codeValues,
  measureCoding,
  ruleOf,
  type SpatialCells,
  splitBy,
  type ValueCoding,
  withNeighbours,
} from "../../../lib/experiments/spatial/mod.ts";
import { twoTypes } from "./helpers.ts";
import { tableOf } from "../../../lib/matrix/mod.ts";
import { assertClose } from "../../close.ts";

await startBackend();
const cells = twoTypes([..."AABBABABAABBABAABBAB"]);
const known = Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7);

const coded = (cells: SpatialCells, coding: ValueCoding) =>
  codeValues(cells, measureCoding(cells, coding, known));
const column = (values: Float32Array, at: number) => Array.from(known, (row) => values[row * 2 + at]);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("codeValues leaves values as they are, or scales them by the training cells alone", () => {
  assert.equal(coded(cells, "as-is"), cells.values);
  const scaled = coded(cells, "z-score");
  assert.ok(Math.abs(mean(column(scaled, 0))) < 1e-5);
  assert.ok(Math.abs(mean(column(scaled, 0).map((value) => value ** 2)) - 1) < 1e-5);
  const other = { ...cells, values: cells.values.map((value, i) => i >= 16 ? value * 100 : value) };
  assert.deepEqual(column(coded(other, "z-score"), 0), column(scaled, 0));
});

Deno.test("codeValues turns ranks into normal scores that keep order, meet ties and have ends", () => {
  const scores = coded(cells, "normal-score");
  const order = (values: number[]) => values.map((_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
  assert.deepEqual(order(column(scores, 0)), order(column(cells.values, 0)));
  const ties = column(scores, 1);
  assert.equal(ties[0], ties[3], "equal values, equal scores");
  const far = { ...cells, values: cells.values.map((value, i) => i === 16 ? 1e6 : value) };
  assert.equal(coded(far, "normal-score")[16], 3);
  // 8 values: the smallest has rank (0 + 1) / 2 of 8, and Phi^-1(1/16) = -1.534
  assert.ok(Math.abs(Math.min(...column(scores, 0)) + 1.534) < 0.01);
});

Deno.test("chooseCoding takes ranks where one huge value hides the types", () => {
  const rng = createRng("types");
  const many = twoTypes(Array.from({ length: 120 }, () => rng.choice(["A", "B"])));
  const split = splitBy(many, ruleOf(many, "70-30", { seed: 3, repeat: 0 }), 3);
  assert.equal(chooseCoding(many, split, { seed: 1 }), "z-score");
  const values = many.values.map((value, i) => i === 2 * split.train[0] ? 1e6 : value);
  assert.equal(chooseCoding({ ...many, values }, split, { seed: 1 }), "normal-score");
  assert.equal(chooseCoding({ ...many, kind: "log1p" }, split, { seed: 1 }), "as-is");
});

Deno.test("every marker becomes a token whatever its value: markers + 1", () => {
  const values = tableOf(Float32Array.of(-1.5, 0, 2, 600, 0, 0, 0, -7), 4);
  const source = tableSource(values, { name: "panel", symbols: ["A", "B", "C", "D"] });
  const matrix = readModelCells(
    { source, values: AS_THEY_ARE, tokenOf: Int32Array.of(3, 1, 2, 0), genes: 4 },
    0,
    2,
  );
  const config = { ...CELL_PRESETS.nano, selection: "all" as const, length: 5 };
  const tokens = tokenizeFor({ config, informativeness: new Float32Array(4) }, matrix);
  assert.deepEqual(Array.from(tokens.lengths), [5, 5]);
  assert.deepEqual(Array.from(tokens.ids), [5, 3, 1, 2, 0, 5, 3, 1, 2, 0]);
  assert.deepEqual(Array.from(tokens.values), [0, -1.5, 0, 2, 600, 0, 0, 0, 0, -7]);
});

Deno.test("withNeighbours puts the mean of the nearest cells of the same image beside each cell", () => {
  const { data, cols } = withNeighbours(
    {
      ...cells,
      images: cells.images.map((_, i) => i < 10 ? "a" : "b"),
    },
    cells.values,
    2,
  );
  assert.equal(cols, 4);
  const at = (row: number) => Array.from(data.subarray(row * 4, row * 4 + 4));
  const own = (row: number) => Array.from(cells.values.subarray(row * 2, row * 2 + 2));
  const close = (a: number[], b: number[]) => assertClose(a, b, 1e-5);
  close(at(5), [...own(5), ...own(4).map((value, m) => (value + own(6)[m]) / 2)]);
  // row 9 is the last of its image: its neighbours are 8 and 7, not 10
  close(at(9), [...own(9), ...own(8).map((value, m) => (value + own(7)[m]) / 2)]);
});
