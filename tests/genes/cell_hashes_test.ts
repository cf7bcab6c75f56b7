import assert from "node:assert/strict";
import { memorySource } from "lib/data/mod.ts";
import { hashCells, type ModelCells } from "lib/genes/mod.ts";
import { hasSeen } from "lib/cell/mod.ts";
import { csrFromDense } from "lib/matrix/mod.ts";
import { createRng } from "lib/runtime/mod.ts";

const [ROWS, GENES] = [300, 400];
const rng = createRng(7);
const counts = Float32Array.from({ length: ROWS * GENES }, () => Math.max(0, rng.int(6) - 3));

/** Rows of the counts above as a file of cells: names, order and values as told. */
function file(
  rows: readonly number[],
  { name = (row: number) => `cell${row}`, scale = (count: number) => count } = {},
): ModelCells {
  const dense = Float32Array.from(
    rows.flatMap((row) => Array.from(counts.subarray(row * GENES, (row + 1) * GENES), scale)),
  );
  const source = memorySource({
    name: "cells",
    matrix: csrFromDense(dense, rows.length, GENES),
    obsNames: rows.map(name),
    varNames: Array.from({ length: GENES }, (_, gene) => `gene${gene}`),
  });
  return {
    source,
    values: { kind: "log1p", evidence: "made so" },
    tokenOf: Int32Array.from({ length: GENES }, (_, gene) => gene),
    genes: GENES,
  };
}

const all = Array.from({ length: ROWS }, (_, row) => row);

Deno.test("hashCells gives a cell the same hash in another order, subset and normalisation", () => {
  const hashes = hashCells(file(all));
  const some = [290, 3, 4, 120];
  const others = hashCells(file(some, { scale: Math.log1p }));
  assert.deepEqual([...others], some.map((row) => hashes[row]));
  assert.deepEqual([...hashCells(file(all), Int32Array.of(3, 290))], [hashes[3], hashes[290]]);
});

Deno.test("hashCells tells cells apart by name and by values", () => {
  const hashes = hashCells(file(all));
  assert.equal(new Set(hashes).size, ROWS);
  assert.equal(new Set(hashCells(file(all, { name: () => "cell" }))).size, ROWS);
  const renamed = hashCells(file(all, { name: (row) => `other${row}` }));
  assert.equal(renamed.filter((hash, row) => hash === hashes[row]).length, 0);
});

Deno.test("hasSeen recognises cells whatever their file is called, and needs more than a tenth of them", () => {
  const seenCells = hashCells(file(all.slice(0, 150))).sort();
  const seen = (rows: number[]) =>
    hasSeen({ seenCells, studies: ["cells"] }, { cells: file(rows), path: "x.h5ad" });
  assert.equal(seen(all.slice(100, 140)), true);
  assert.equal(seen(all.slice(140, 240)), false);
  assert.equal(seen(all.slice(139, 240)), true);
});

Deno.test("hasSeen goes by the file's name where a checkpoint has no hashes", () => {
  const cells = file(all.slice(0, 3));
  assert.equal(hasSeen({ studies: ["my_cells"] }, { cells, path: "folder/my cells.h5ad" }), true);
  assert.equal(hasSeen({ studies: ["my_cells"] }, { cells, path: "folder/others.h5ad" }), false);
  assert.equal(hasSeen({}, { cells, path: "my_cells.h5ad" }), false);
});
