import assert from "node:assert/strict";
import { join } from "node:path";
import { annotateCopy, openH5ad, writeH5ad } from "../../lib/data/mod.ts";
import { csrFromDense } from "../../lib/matrix/mod.ts";
import { csrReader } from "../../lib/data/h5ad/matrix.ts";
import type { Hdf5File } from "../../lib/data/hdf5/file.ts";
import { inFolder } from "../folder.ts";

Deno.test("csrReader reads rows behind 2^31 values", () => {
  const width = 2 ** 30;
  const pointers = Float64Array.of(0, width, 2 * width, 3 * width, 3 * width + 3);
  const asked: { path: string; start: number; count: number }[] = [];
  const file = {
    path: "huge.h5ad",
    info: () => ({ shape: [3 * width + 3], chunks: [2 ** 16] }),
    readsChunks: () => true,
    numbers(path: string, target: Int32ArrayConstructor, range?: { start: number; count: number }) {
      if (!range) return pointers;
      asked.push({ path, ...range });
      return target.of(4, 5, 6);
    },
  };
  const matrix = { path: "X", rows: 4, cols: width, dtype: "float32" };
  const { indptr, indices } = csrReader(file as unknown as Hdf5File, matrix).read(3, 4);
  assert.deepEqual([[...indptr], [...indices]], [[0, 3], [4, 5, 6]]);
  assert.deepEqual(asked.map(({ start, count }) => [start, count]), [[3 * width, 3], [3 * width, 3]]);
});

Deno.test("five hundred columns of obs are read, and kept beside what annotateCopy adds", () =>
  inFolder(async (folder) => {
    const cells = 40;
    const obs = Object.fromEntries(Array.from({ length: 500 }, (_, column) => {
      const numbers = Float32Array.from({ length: cells }, (_, row) => row * 1000 + column);
      return [`column ${column}`, column % 2 ? numbers : Array.from(numbers, (value) => `is ${value}`)];
    }));
    const names = (letter: string, length: number) => Array.from({ length }, (_, i) => `${letter}${i}`);
    const x = csrFromDense(Array.from({ length: 3 * cells }, (_, i) => i % 4), cells, 3);
    const [input, output] = [join(folder, "wide.h5ad"), join(folder, "named.h5ad")];
    await writeH5ad(input, { x, obsNames: names("c", cells), varNames: names("g", 3), obs });
    await annotateCopy(input, output, { obs: { kcellfm_cell_type: names("t", cells) } });
    const file = await openH5ad(output);
    assert.deepEqual(file.obs.columns, [...Object.keys(obs), "kcellfm_cell_type"]);
    for (const [name, values] of Object.entries(obs)) {
      assert.deepEqual(file.obs.values(name), [...values], name);
    }
    file.close();
  }));
