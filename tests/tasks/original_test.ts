import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CellModel,
  disposeModel,
  embedMatrix,
  loadCellCheckpoint,
  saveCellCheckpoint,
} from "lib/cell/mod.ts";
import { openTensors, writeTensors } from "lib/data/mod.ts";
import { startBackend } from "lib/runtime/mod.ts";
import { loadOriginal } from "lib/tasks/original.ts";
import golden from "../fixtures/cell/original.json" with { type: "json" };

await startBackend();

const PATH = fileURLToPath(import.meta.resolve("../fixtures/cell/original.pth"));
const symbols = Array.from({ length: golden.sizes.genes }, (_, i) => `GENE${i}`);
const vocabulary = { symbols, ensembl: symbols.map(() => ""), aliases: symbols.map(() => []) };

/** The fixture's cells as expression: what a file of cells would hold. */
const rows = golden.lengths.map((length, cell) => ({
  genes: golden.ids[cell].slice(1, length),
  values: golden.values[cell].slice(1, length),
}));
const cells = {
  rows: rows.length,
  cols: golden.sizes.genes,
  indptr: Int32Array.from(rows.reduce((ends, { genes }) => [...ends, ends.at(-1)! + genes.length], [0])),
  indices: Int32Array.from(rows.flatMap(({ genes }) => genes)),
  data: Float32Array.from(rows.flatMap(({ values }) => values)),
};

function assertEmbeds(model: CellModel, tolerance: number): void {
  const expected = golden.cells.flat();
  embedMatrix(model, cells).forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]) < tolerance, `${i}: ${value} is not ${expected[i]}`)
  );
}

Deno.test("loadOriginal embeds cells as PyTorch does, from .pth, from safetensors and from our own folder", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "original.safetensors");
  await writeTensors(path, (await openTensors(PATH)).tensors);
  const models = [await loadOriginal(PATH, { vocabulary }), await loadOriginal(path, { vocabulary })];
  await saveCellCheckpoint(join(folder, "ours"), models[0], { made: { from: "original.pth" }, dtype: "F32" });
  models.push(await loadCellCheckpoint(join(folder, "ours")));
  // float32 against float64 (issue 4 asks for 1e-4)
  for (const model of models) assertEmbeds(model, 1e-4);
  assert.deepEqual(models[2].types, {
    ids: [],
    names: [],
    dim: golden.sizes.width,
    vectors: new Float32Array(),
  });
  models.forEach(disposeModel);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("loadOriginal refuses a vocabulary or text vectors of another size", async () => {
  const few = { symbols: ["A"], ensembl: [""], aliases: [[]] };
  await assert.rejects(loadOriginal(PATH, { vocabulary: few }), /genes of .*original\.pth.*: 20 and 1/);
  const types = { ids: ["CL:0000084"], names: ["T cell"], dim: 8, vectors: new Float32Array(8) };
  await assert.rejects(loadOriginal(PATH, { vocabulary, types }), /text vectors: 32 and 8/);
});
