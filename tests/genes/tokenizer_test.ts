import assert from "node:assert/strict";
import { maskValues } from "../../lib/genes/masking.ts";
import { tokenizeCells } from "../../lib/genes/tokenizer.ts";
import { createRng } from "../../lib/runtime/mod.ts";

const CELLS = {
  rows: 3,
  cols: 6,
  indptr: Int32Array.of(0, 4, 4, 6),
  indices: Int32Array.of(0, 2, 3, 5, 1, 4),
  data: Float32Array.of(1, 3, 2, 0.5, 4, -0.7),
};
const [PAD, CLS] = [6, 7];

Deno.test("tokenizeCells puts <cls> first, pads to the longest cell and keeps empty cells", () => {
  const batch = tokenizeCells(CELLS, { length: 10 });
  assert.deepEqual([...batch.lengths], [5, 1, 3]);
  assert.equal(batch.length, 5);
  assert.deepEqual([...batch.ids], [CLS, 0, 2, 3, 5, CLS, PAD, PAD, PAD, PAD, CLS, 1, 4, PAD, PAD]);
  assert.deepEqual([...batch.values], [0, 1, 3, 2, 0.5, 0, -2, -2, -2, -2, 0, 4, Math.fround(-0.7), -2, -2]);
});

Deno.test("tokenizeCells keeps the largest value x weight, in that order", () => {
  const batch = tokenizeCells(CELLS, { length: 3, weights: Float32Array.of(10, 1, 1, 2, 1, 1) });
  assert.deepEqual([...batch.ids], [CLS, 0, 3, CLS, PAD, PAD, CLS, 1, 4]);
});

Deno.test("tokenizeCells draws genes without replacement, the same for the same seed", () => {
  const draw = (seed: number) => [...tokenizeCells(CELLS, { length: 3, rng: createRng(seed) }).ids];
  assert.deepEqual(draw(1), draw(1));
  const seen = new Set(Array.from({ length: 40 }, (_, seed) => draw(seed).slice(1, 3)).flat());
  assert.deepEqual([...seen].sort(), [0, 2, 3, 5]);
  assert.ok(Array.from({ length: 40 }, (_, seed) => draw(seed)).every(([, a, b]) => a !== b));
});

Deno.test("tokenizeCells without rng or weights keeps the largest values in the order of the cell", () => {
  const batch = tokenizeCells(CELLS, { length: 3 });
  assert.deepEqual([...batch.ids], [CLS, 2, 3, CLS, PAD, PAD, CLS, 1, 4]);
});

Deno.test("tokenizeCells leaves drawn genes in the order of the draw only when asked to", () => {
  const draw = (
    seed: number,
    drawnOrder: boolean,
  ) => [...tokenizeCells(CELLS, { length: 4, drawnOrder, rng: createRng(seed) }).ids.slice(1, 4)];
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  const sorted = (ids: number[]) => ids.toSorted((a, b) => a - b);
  assert.ok(seeds.every((seed) => `${draw(seed, false)}` === `${sorted(draw(seed, true))}`));
  assert.ok(seeds.some((seed) => `${draw(seed, true)}` !== `${sorted(draw(seed, true))}`));
});

Deno.test("tokenizeCells hides about the asked share of genes", () => {
  const wide = {
    rows: 1,
    cols: 2000,
    indptr: Int32Array.of(0, 2000),
    indices: Int32Array.from({ length: 2000 }, (_, i) => i),
    data: new Float32Array(2000).fill(1),
  };
  const { lengths } = tokenizeCells(wide, { length: 2001, hide: 0.3, rng: createRng(4) });
  assert.ok(Math.abs(lengths[0] - 1400) < 80, `${lengths[0]}`); // four standard deviations
});

Deno.test("maskValues hides the asked share, never <cls> or <pad>, and keeps the true values as targets", () => {
  const batch = tokenizeCells(CELLS, { length: 10 });
  const masked = maskValues(batch, { rate: 0.5, rng: createRng(1) });
  assert.deepEqual([...masked.targets], [...batch.values]);
  const hidden = [...masked.masked].map((one, at) => one ? at : -1).filter((at) => at >= 0);
  assert.equal(hidden.length, 2 + 1); // half of four, half of two; the empty cell has none
  for (const at of hidden) {
    assert.ok(at % 5 !== 0 && batch.ids[at] !== PAD);
    assert.equal(masked.values[at], -1);
    assert.notEqual(masked.targets[at], masked.values[at]);
  }
});

Deno.test("maskValues as published hides -1 from its own targets, rounds down and may hide <cls>", () => {
  const batch = tokenizeCells(CELLS, { length: 10 });
  const hide = (seed: number) => maskValues(batch, { rate: 0.5, rng: createRng(seed), asPublished: true });
  const masked = hide(1);
  assert.equal(masked.targets, masked.values);
  const rows = [0, 1, 2].map((row) => masked.masked.slice(row * 5, row * 5 + 5).reduce((a, b) => a + b));
  assert.deepEqual(rows, [2, 0, 1]); // half of 5, of 1 and of 3, rounded down
  assert.ok(Array.from({ length: 20 }, (_, seed) => hide(seed)).some(({ masked }) => masked[0] === 1));
});
