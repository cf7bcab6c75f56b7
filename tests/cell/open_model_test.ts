import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CellModel,
  disposeModel,
  embedMatrix,
  loadCellCheckpoint,
  saveCellCheckpoint,
} from "../../lib/cell/mod.ts";
import { memorySource } from "../../lib/data/mod.ts";
import { openTensors, writeTensors } from "../../lib/data/tensors/mod.ts";
import { symbolVocabulary } from "../../lib/genes/mod.ts";
import { startBackend } from "../../lib/runtime/mod.ts";
import { loadOriginal } from "../../lib/cell/open_model.ts";
import {
  findOriginalWeights,
  mapByOriginal,
  NO_ORIGINAL_WEIGHTS,
} from "../../lib/chapters/pretrain/original_cells.ts";
import golden from "../fixtures/cell/original.json" with { type: "json" };

await startBackend();

const PATH = fileURLToPath(import.meta.resolve("../fixtures/cell/original.pth"));
const symbols = Array.from({ length: golden.sizes.genes }, (_, i) => `GENE${i}`);
const vocabulary = symbolVocabulary(symbols);

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
  embedMatrix(model, cells).data.forEach((value, i) =>
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
    data: new Float32Array(),
    rows: 0,
    cols: golden.sizes.width,
  });
  models.forEach(disposeModel);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("loadOriginal refuses a vocabulary or text vectors of another size", async () => {
  const few = { symbols: ["A"], ensembl: [""], aliases: [[]] };
  await assert.rejects(loadOriginal(PATH, { vocabulary: few }), /genes of .*original\.pth.*: 20 and 1/);
  const types = { ids: ["CL:0000084"], names: ["T cell"], data: new Float32Array(8), rows: 1, cols: 8 };
  await assert.rejects(loadOriginal(PATH, { vocabulary, types }), /text vectors: 32 and 8/);
});

Deno.test("mapByOriginal maps a study's cells by a checkpoint of the original's form", async () => {
  const folder = await Deno.makeTempDir();
  const genes = join(folder, "genes.json");
  const tokens = [...symbols, "<pad>", "<cls>", "<eoc>"];
  await Deno.writeTextFile(genes, JSON.stringify(Object.fromEntries(tokens.map((token, id) => [token, id]))));
  const matrix = { ...cells, data: cells.data.map((value) => Math.round(Math.abs(value)) + 1) };
  const obsNames = rows.map((_, i) => `cell${i}`);
  const source = memorySource({ name: "tiny.h5ad", matrix, obsNames, varNames: symbols });
  const study = { name: source.name, source, types: ["CL:0000084", null, "CL:0000084", "CL:0000236"] };
  const options = { seed: 1, genes, typeName: (id: string) => id === "CL:0000084" ? "T cell" : "B cell" };
  const figure = await mapByOriginal(PATH, study, options);
  const groups = figure.data.map(({ name }) => name?.replace(/ \(?\d+\)?$/, "")).sort();
  assert.deepEqual(groups, ["B cell", "T cell", "unlabelled"]);
  assert.match(JSON.stringify(figure.layout.title), /4 cells of tiny\.h5ad, by the original's weights/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("findOriginalWeights finds nothing where there is no cache, and the words for it name the command", async () => {
  const kept = { cache: Deno.env.get("KCELLFM_CACHE"), mirror: Deno.env.get("KCELLFM_MIRROR") };
  const folder = await Deno.makeTempDir();
  Deno.env.set("KCELLFM_CACHE", folder);
  Deno.env.delete("KCELLFM_MIRROR");
  try {
    assert.equal(await findOriginalWeights(), null);
    assert.match(NO_ORIGINAL_WEIGHTS, /deno task data fetch kcellfm-original/);
  } finally {
    restore("KCELLFM_CACHE", kept.cache);
    restore("KCELLFM_MIRROR", kept.mirror);
    await Deno.remove(folder, { recursive: true });
  }
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) Deno.env.delete(name);
  else Deno.env.set(name, value);
}
