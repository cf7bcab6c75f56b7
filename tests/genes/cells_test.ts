import assert from "node:assert/strict";
import { memorySource } from "../../lib/data/mod.ts";
import { geneInformativeness } from "../../lib/baselines/mod.ts";
import {
  detectValues,
  type LabelledCells,
  orderedBatches,
  readModelCells,
  shuffledBatches,
} from "../../lib/genes/mod.ts";
import { csrFromDense } from "../../lib/matrix/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";

const GENES = 4;

/** `rows` cells whose first gene counts the row, so that every cell can be told apart; file columns are reversed. */
function study(
  rows: number,
  { offset = 0, taken = rows }: { offset?: number; taken?: number } = {},
): LabelledCells {
  const indices = Int32Array.from({ length: rows * 2 }, (_, i) => i % 2 === 0 ? 3 : 4);
  const data = Float32Array.from({ length: rows * 2 }, (_, i) => i % 2 === 0 ? offset + i / 2 + 1 : 7);
  const indptr = Int32Array.from({ length: rows + 1 }, (_, i) => 2 * i);
  const names = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`);
  const source = memorySource({
    name: "study",
    matrix: { rows, cols: 5, indptr, indices, data },
    obsNames: names("cell", rows),
    varNames: names("gene", 5),
  });
  return {
    source,
    values: { kind: "log1p", evidence: "made so" },
    tokenOf: Int32Array.of(3, 2, 1, 0, -1),
    genes: GENES,
    rows: Int32Array.from({ length: taken }, (_, i) => i),
    classes: Int32Array.from({ length: rows }, (_, i) => i % 3),
  };
}

const idsOf = (batches: Iterable<{ cells: { data: Float32Array } }>) =>
  [...batches].flatMap(({ cells }) => [...cells.data]);

Deno.test("orderedBatches gives the chosen rows in file order, in the vocabulary's columns, unknown genes dropped", () => {
  const [batch] = orderedBatches([study(5, { taken: 3 })], 8);
  assert.deepEqual([...batch.cells.data], [1, 2, 3]);
  assert.deepEqual([...batch.cells.indices], [0, 0, 0]);
  assert.equal(batch.cells.cols, GENES);
  assert.deepEqual([...batch.classes], [0, 1, 2]);
});

Deno.test("shuffledBatches gives every cell of every study once, in another order, the same for the same seed", () => {
  const sets = [study(700), study(300, { offset: 1000 })];
  const draw = (seed: number) => idsOf(shuffledBatches(sets, { batchSize: 32, rng: createRng(seed) }));
  const first = draw(1);
  const all = [...orderedBatches(sets, 100)];
  assert.deepEqual(first.toSorted((a, b) => a - b), idsOf(all));
  assert.deepEqual(first, draw(1));
  assert.notDeepEqual(first, draw(2));
  const early = first.slice(0, 200);
  assert.ok(early.some((id) => id > 1000) && early.some((id) => id <= 700), "both studies come early");
});

Deno.test("batches say which genes their file has, where all cells are of one file", () => {
  const has = Uint8Array.of(1, 1, 1, 1);
  const lacking = { ...study(40), tokenOf: Int32Array.of(3, -1, 1, 0, -1) };
  for (const { cells } of orderedBatches([study(40), lacking], 16)) assert.ok(cells.measured);
  const [ordered] = orderedBatches([lacking], 64);
  assert.deepEqual(ordered.cells.measured, Uint8Array.of(1, 1, 0, 1));
  const options = { batchSize: 64, rng: createRng(5) };
  assert.deepEqual([...shuffledBatches([lacking], options)][0].cells.measured, Uint8Array.of(1, 1, 0, 1));
  assert.deepEqual([...shuffledBatches([study(40)], options)][0].cells.measured, has);
  const [mixed] = shuffledBatches([study(40), lacking], { ...options, batchSize: 80 });
  assert.equal(mixed.cells.measured, undefined);
});

Deno.test("shuffledBatches keeps each cell beside its own class", () => {
  for (const { cells, classes } of shuffledBatches([study(500)], { batchSize: 16, rng: createRng(3) })) {
    cells.data.forEach((id, row) => assert.equal(classes[row], (id - 1) % 3));
  }
});

Deno.test("geneInformativeness is 1 for a perfect marker, near 0 for noise, 0 for a constant, blind to unlabelled cells", () => {
  const rng = createRng(4);
  const rows = 400;
  const classes = Int32Array.from({ length: rows }, (_, i) => i % 2);
  const values = Array.from(classes, (label) => [label === 1 ? 3 : 0, rng.normal(), 2]);
  classes[0] = -1;
  values[0] = [50, 50, 50];
  const cells = {
    rows,
    cols: 3,
    indptr: Int32Array.from({ length: rows + 1 }, (_, i) => 3 * i),
    indices: Int32Array.from({ length: 3 * rows }, (_, i) => i % 3),
    data: Float32Array.from(values.flat()),
  };
  const [marker, noise, constant] = geneInformativeness([{ cells, classes }], { genes: 3, classes: 2 });
  assert.ok(marker > 0.999, `${marker}`);
  assert.ok(noise < 0.03, `${noise}`); // adjusted eta squared of noise stays below 8 / n with n = 399
  assert.equal(constant, 0);
});

Deno.test("readModelCells adds the counts of two columns of one gene", () => {
  const source = memorySource({
    name: "twins",
    matrix: csrFromDense([1, 2, 5, 0, 3, 7], 2, 3),
    obsNames: ["a", "b"],
    varNames: ["G", "G-1", "H"],
  });
  const joined = { source, values: detectValues(source), tokenOf: Int32Array.of(0, 0, 1), genes: 2 };
  const { data, indices, indptr } = readModelCells(joined, 0, 2);
  assert.deepEqual([[...indptr], [...indices]], [[0, 2, 4], [0, 1, 0, 1]]);
  const wanted = [3 / 8, 5 / 8, 3 / 10, 7 / 10].map((share) => Math.log1p(1e4 * share));
  data.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-5, `${value} ${wanted[i]}`)); // float32
});
