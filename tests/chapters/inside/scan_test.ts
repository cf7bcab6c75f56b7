import assert from "node:assert/strict";
import { join } from "node:path";
import { loadCellCheckpoint } from "../../../lib/cell/mod.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import * as inside from "lib/chapters/inside/mod.ts";
import { saveNanoCheckpoint, withPair } from "../../annotate/fixture.ts";

await startBackend();

/** float32 sums of some dozens of terms against float64. */
const TOLERANCE = 1e-5;

const head = inside.drawHead(createRng(1), { length: 37, channels: 3, places: 5 });
const { y } = inside.recurrence(head);

const assertClose = (actual: number[][]) => assert.ok(inside.relativeDifference(y, actual) < TOLERANCE);

Deno.test("recurrence keeps a pulse as exp(dt a) says", () => {
  const ones = (length: number) => Array.from({ length }, () => [1]);
  const pulse = { x: [[1], [0], [0]], dt: [2, 2, 2], a: -0.5, b: ones(3), c: ones(3), d: 0 };
  const expected = [2, 2 * Math.exp(-1), 2 * Math.exp(-2)];
  inside.recurrence(pulse).y.forEach(([value], t) => assert.ok(Math.abs(value - expected[t]) < 1e-12));
});

Deno.test("byKernel equals recurrence, at any chunk", () => {
  for (const chunk of [undefined, 4, 16, 64]) assertClose(inside.byKernel(head, { chunk }));
});

Deno.test("scanMatrix is lower triangular and its product equals recurrence", () => {
  const matrix = inside.scanMatrix(head);
  matrix.forEach((row, i) => assert.ok(row.slice(i + 1).every((value) => value === 0)));
  assertClose(inside.product(matrix, head.x));
});

Deno.test("singularValues finds no more directions below the diagonal than the head has places", () => {
  const block = inside.scanMatrix(head).slice(20).map((row) => row.slice(0, 17));
  const [first, ...others] = inside.singularValues(block);
  assert.ok(others[3] > 1e-6 * first && others[4] < 1e-12 * first);
});

Deno.test("timeScans times each way at each length, the whole matrix up to 512", () => {
  const times = inside.timeScans([8, 600]);
  assert.deepEqual(times.map(({ lengths }) => lengths), [[8], [8, 600], [8, 600]]);
  assert.ok(times.every(({ milliseconds }) => milliseconds.every((value) => value > 0)));
});

Deno.test("inChunks equals recurrence for chunks that divide the length and those that do not", () => {
  for (const size of [1, 8, 37, 50]) assertClose(inside.inChunks(head, size));
  const rows = inside.chunkDifferences(head, [8, 50]).rows() as [number, string, string][];
  assert.deepEqual(rows.map(([size]) => size), [8, 50]);
  assert.ok(rows.every(([, plain, kernel]) => Number(plain) < 1e-14 && Number(kernel) < TOLERANCE));
});

Deno.test("turned before and after is the kernel's reverse direction", () => {
  const backwards = inside.recurrence(inside.turned(head)).y.toReversed();
  assert.ok(inside.relativeDifference(backwards, inside.byKernel(head, { reverse: true })) < TOLERANCE);
});

Deno.test("layerDifference finds none, and headOf takes out heads that fit the recurrence", () =>
  withPair(async ({ folder, query, genes }) => {
    await saveNanoCheckpoint(join(folder, "model"), genes);
    const model = await loadCellCheckpoint(join(folder, "model"));
    const sentence = await inside.readSentence(query, model, 3);
    assert.equal(sentence.words[0], "<cls>");
    assert.ok(sentence.words.slice(1).every((word) => genes.includes(word)));
    assert.ok(inside.layerDifference(model, sentence, 1) < TOLERANCE);
    const place = { layer: 1, head: 2, direction: "reverse" } as const;
    const own = inside.headOf(model, sentence, place);
    const plain = inside.recurrence(own).y;
    assert.ok(inside.relativeDifference(plain, inside.byKernel(own)) < TOLERANCE);
    const { rows, columns } = inside.halfLives(model, sentence);
    assert.deepEqual([rows.length, rows[0].length, columns.length], [2, 8, 8]);
    assert.ok(rows.flat().every((tokens) => tokens > 0));
  }, { cells: 20, genes: 120 }));
