import assert from "node:assert/strict";
import { decodeOnce, memorySource } from "lib/data/mod.ts";
import { LOG1P, log1pOnce, toLog1p } from "lib/genes/mod.ts";
import { csrFromDense, type CsrMatrix } from "lib/matrix/mod.ts";
import { createRng } from "lib/runtime/mod.ts";

const [ROWS, COLS] = [700, 5];
const rng = createRng(3);
const matrix = csrFromDense(Float32Array.from({ length: ROWS * COLS }, () => rng.int(3)), ROWS, COLS);
const names = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`);

/** The matrix as a source, and how many of its rows were read. */
function counted() {
  const source = memorySource({
    name: "cells",
    matrix,
    obsNames: names("c", ROWS),
    varNames: names("g", COLS),
  });
  let read = 0;
  const rows = (start: number, end: number) => {
    read += end - start;
    return source.rows(start, end);
  };
  return { source: { ...source, rows }, plain: source, rowsRead: () => read };
}

const parts = ({ indptr, indices, data }: CsrMatrix) => [[...indptr], [...indices], [...data]];

Deno.test("decodeOnce gives any rows as its source does and reads each row once", () => {
  const { source, plain, rowsRead } = counted();
  const once = decodeOnce(source);
  for (const [start, end] of [[0, 700], [10, 20], [250, 600], [255, 257], [699, 700], [5, 5]]) {
    assert.deepEqual(parts(once.rows(start, end)), parts(plain.rows(start, end)), `${start} to ${end}`);
  }
  assert.equal(rowsRead(), ROWS);
  assert.throws(() => once.rows(0, 701), RangeError);
});

Deno.test("decodeOnce keeps the first blocks when memory is full, and reads the others again", () => {
  const { source, plain, rowsRead } = counted();
  const oneBlock = source.rows(0, 256);
  const bytes = oneBlock.indptr.byteLength + oneBlock.indices.byteLength + oneBlock.data.byteLength;
  const before = rowsRead();
  const once = decodeOnce(source, bytes + 1);
  for (let time = 0; time < 3; time++) {
    assert.deepEqual(parts(once.rows(0, ROWS)), parts(plain.rows(0, ROWS)));
  }
  assert.equal(rowsRead() - before, ROWS + 2 * (ROWS - 256));
});

Deno.test("log1pOnce normalises as toLog1p does, from blocks that were decoded once", () => {
  const { source, plain, rowsRead } = counted();
  const raw = decodeOnce(source);
  raw.rows(0, ROWS);
  const counts = { kind: "counts", evidence: "made so" } as const;
  const cells = log1pOnce(raw, counts);
  for (let time = 0; time < 2; time++) {
    assert.deepEqual(parts(cells.rows(100, 600)), parts(toLog1p(plain.rows(100, 600), counts)));
  }
  assert.equal(rowsRead(), ROWS);
  assert.equal(LOG1P.kind, "log1p");
});
