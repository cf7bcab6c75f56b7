import assert from "node:assert/strict";
import { createRng } from "../../../lib/runtime/mod.ts";
import {
  batchesPerEpoch,
  type BatchOptions,
  type GearsBatch,
  pairBatches,
  treatmentsOf,
} from "../../../lib/experiments/perturb/gears/batches.ts";
import type { GeneVectors } from "../../../lib/experiments/perturb/gears/cell_vectors.ts";
import { GENES, TOY_SPLIT, toySet } from "./gears_fixture.ts";

const set = toySet();
const nodes = new Map(set.perturbable.map((gene, i) => [gene, i]));
const train = set.conditions.filter(({ name }) => TOY_SPLIT.train.includes(name));
const treatments = treatmentsOf(train, nodes);
const genes = GENES.length;

function batchesOf(overrides: Partial<BatchOptions> = {}): GearsBatch[] {
  const options = { batchSize: 50, nodes: nodes.size, rng: createRng(1), ...overrides };
  return [...pairBatches(treatments, options)];
}

const rowsOf = (values: Float32Array): string[] =>
  Array.from({ length: values.length / genes }, (_, i) => values.subarray(i * genes, (i + 1) * genes).join());

Deno.test("pairBatches has every treated and every control cell once, in another order each time", () => {
  const truth = (rng: ReturnType<typeof createRng>) =>
    batchesOf({ rng }).flatMap(({ truth }) => rowsOf(truth));
  const all = treatments.flatMap(({ cells }) => rowsOf(cells.data));
  assert.deepEqual(truth(createRng(1)).toSorted(), all.toSorted());
  assert.notDeepEqual(truth(createRng(1)), truth(createRng(2)));
  assert.deepEqual(truth(createRng(1)), truth(createRng(1)));
  assert.equal(batchesOf().length, batchesPerEpoch(treatments, { batchSize: 50 }));
  const few = { batchSize: 50, pairsPerEpoch: 120 };
  assert.deepEqual(batchesOf(few).map(({ rowOf }) => rowOf.length), [50, 50, 20]);
  assert.equal(batchesPerEpoch(treatments, few), 3);
  const many = { batchSize: 300, pairsPerEpoch: 2 * all.length };
  const twice = batchesOf(many).flatMap(({ truth }) => rowsOf(truth));
  assert.deepEqual(twice.toSorted(), [...all, ...all].toSorted());
});

Deno.test("pairBatches computes equal perturbations once, and counts their pairs", () => {
  for (const { rows: { perturbed, counts }, rowOf } of batchesOf()) {
    assert.equal(perturbed.length, counts.length * nodes.size);
    const distinct = new Set(
      Array.from(
        counts,
        (_, row) => perturbed.subarray(row * nodes.size, (row + 1) * nodes.size).join(),
      ),
    );
    assert.equal(distinct.size, counts.length);
    counts.forEach((count, row) => assert.equal(rowOf.filter((other) => other === row).length, count));
  }
});

Deno.test("pairBatches puts control cells beside themselves, and perturbed cells beside control cells", () => {
  const controls = new Set(rowsOf(set.controls[0].cells.data));
  for (const { rows, rowOf, control, truth } of batchesOf()) {
    const [from, to] = [rowsOf(control), rowsOf(truth)];
    rowOf.forEach((row, pair) => {
      const perturbed = rows.perturbed.subarray(row * nodes.size, (row + 1) * nodes.size).some(Boolean);
      assert.ok(controls.has(from[pair]));
      assert.equal(from[pair] === to[pair], !perturbed);
    });
  }
});

Deno.test("pairBatches weighs each condition of a batch the same, and genes that are not scored by nothing", () => {
  const scored = new Uint8Array(genes).fill(1).fill(0, 5);
  const some = treatments.map((treatment, i) => i === 0 ? { ...treatment, scored } : treatment);
  for (const { weights } of pairBatches(some, { batchSize: 80, nodes: nodes.size, rng: createRng(3) })) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    assert.ok(Math.abs(total - 1) < 1e-5, `${total}`); // 80 x 24 float32 numbers
    const partial = rowsOf(weights).map((row) => row.split(",").map(Number)).filter((row) => row[5] === 0);
    assert.ok(partial.length > 0 && partial.every((row) => row[4] > 0));
  }
});

Deno.test("pairBatches gives pairs that were treated alike one control cell where vectors differ by cell", () => {
  const cells = Int32Array.of(7, 20, 31);
  const values = Float32Array.from({ length: 3 * genes * 2 }, (_, i) => Math.floor(i / (genes * 2)));
  const vectors: GeneVectors = { width: 2, cells, values };
  const controls = rowsOf(set.controls[0].cells.data);
  for (const { rows, rowOf, control } of batchesOf({ vectorsOf: () => vectors })) {
    const count = rows.counts.length;
    assert.deepEqual(rows.vectors?.shape, [genes, count, 2]);
    const from = rowsOf(control);
    rowOf.forEach((row, pair) => {
      const pick = rows.vectors!.values[row * 2]; // gene 0 of the row's cell holds the cell's number
      assert.equal(from[pair], controls[cells[pick]]);
      assert.equal(rows.vectors!.values[(5 * count + row) * 2 + 1], pick);
    });
  }
});

Deno.test("pairBatches passes vectors that all cells share as they are", () => {
  const values = new Float32Array(genes * 2);
  const [batch] = batchesOf({ vectorsOf: () => ({ width: 2, cells: null, values }) });
  assert.deepEqual(batch.rows.vectors?.shape, [genes, 1, 2]);
  assert.equal(batch.rows.vectors?.values, values);
});

Deno.test("pairBatches pairs cells within their background, where backgrounds share a perturbation", () => {
  const background = (level: number, rows: number) => ({
    context: `${level}`,
    cells: { data: new Float32Array(rows * genes).fill(level), rows, cols: genes },
    mean: new Float32Array(genes).fill(level),
  });
  const [first] = train;
  const backgrounds = [background(1, 30), background(2, 3)];
  const both = treatmentsOf(backgrounds.map((control) => ({ ...first, control })), nodes);
  for (const pool of [1, 4]) {
    const options = { batchSize: 200, nodes: nodes.size, rng: createRng(1), pool };
    for (const { control, reference, rows } of pairBatches(both, options)) {
      assert.deepEqual(control, reference); // the cells of a background are all alike here
      assert.equal(rows.counts.length, 2);
    }
  }
});

Deno.test("pairBatches pools cells: the mean of many is near the condition's", () => {
  const spread = (pool: number) => {
    const [{ rowOf, rows, truth }] = batchesOf({ pool });
    const distances = Array.from(rowOf, (row, pair) => {
      const nodesOf = rows.nodes[row].join();
      const { cells } = treatments.find(({ nodes }) => nodes.join() === nodesOf)!;
      const mean = (gene: number) =>
        cells.data.reduce((sum, value, i) => i % genes === gene ? sum + value / cells.rows : sum, 0);
      return Math.abs(truth[pair * genes] - mean(0));
    });
    return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  };
  assert.ok(spread(25) < 0.4 * spread(1)); // a fifth by the law of large numbers
});
