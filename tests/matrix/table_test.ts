import assert from "node:assert/strict";
import {
  argmax,
  cosine,
  cosines,
  distance,
  dot,
  rowAt,
  softmaxRows,
  stackTables,
  tableOf,
  tableRows,
  takeColumns,
  takeRows,
  unit,
  unitRows,
} from "../../lib/matrix/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";

await startBackend();

const table = tableOf(Float32Array.of(1, 2, 3, 4, 5, 6), 2);

Deno.test("tableOf counts rows; rowAt and tableRows share its memory", () => {
  assert.equal(table.rows, 3);
  assert.deepEqual([...rowAt(table, 1)], [3, 4]);
  assert.deepEqual(tableRows(table, 1, 3), tableOf(Float32Array.of(3, 4, 5, 6), 2));
  assert.equal(tableRows(table, 1, 3).data.buffer, table.data.buffer);
});

Deno.test("takeRows and takeColumns pick in any order, more than once", () => {
  assert.deepEqual([...takeRows(table, [2, 0, 2]).data], [5, 6, 1, 2, 5, 6]);
  assert.deepEqual(takeColumns(table, [1, 1, 0]), tableOf(Float32Array.of(2, 2, 1, 4, 4, 3, 6, 6, 5), 3));
});

Deno.test("stackTables puts tables one below the other, and none into a table of no rows", () => {
  assert.deepEqual(stackTables([tableRows(table, 0, 1), tableRows(table, 1, 3)]), table);
  assert.deepEqual(stackTables([], 4), { data: new Float32Array(), rows: 0, cols: 4 });
});

Deno.test("unitRows scales rows to length one, leaves zeros and its input as they are", () => {
  const rows = tableOf(Float32Array.of(3, 4, 0, 0), 2);
  assert.deepEqual([...unitRows(rows).data], [...Float32Array.of(0.6, 0.8, 0, 0)]);
  assert.deepEqual([...rows.data], [3, 4, 0, 0]);
});

Deno.test("cosines of more rows than one product takes equal cosine of each pair", () => {
  const rng = createRng(3);
  const draw = (rows: number) => tableOf(Float32Array.from({ length: rows * 5 }, () => rng.normal()), 5);
  const [a, b] = [draw(4100), draw(3)];
  rowAt(a, 4098).fill(0);
  const found = cosines(a, b);
  assert.deepEqual([found.rows, found.cols], [4100, 3]);
  for (const i of [0, 4095, 4096, 4098, 4099]) {
    rowAt(found, i).forEach((value, j) => assert.ok(Math.abs(value - cosine(rowAt(a, i), rowAt(b, j))) < 1e-6) // float32 products
    );
  }
});

Deno.test("distance, dot, cosine and unit agree with each other", () => {
  const other = tableOf(Float32Array.of(4, 6), 2);
  assert.equal(distance(table, 0, { of: other, row: 0 }), 5);
  assert.equal(dot([3, 4], [3, 4]), 25);
  assert.equal(cosine([3, 4], [6, 8]), 1);
  assert.equal(cosine([0, 0], [6, 8]), 0);
  assert.deepEqual([...unit(Float32Array.of(0, 5))], [0, 1]);
  assert.deepEqual([...unit(new Float32Array(2))], [0, 0]);
});

Deno.test("argmax takes the first of equals; softmaxRows sums to one where exponentials would overflow", () => {
  assert.equal(argmax([1, 3, 3, 2]), 1);
  const shares = softmaxRows(Float32Array.of(1000, 1000, 0, Math.log(3)), 2);
  shares.forEach((share, i) => assert.ok(Math.abs(share - [0.5, 0.5, 0.25, 0.75][i]) < 1e-6));
});
