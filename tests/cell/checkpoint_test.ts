import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type CellModel,
  cellPreset,
  disposeModel,
  embedMatrix,
  fitTemperature,
  initCellParams,
  loadCellCheckpoint,
  parseCellConfig,
  saveCellCheckpoint,
  selectTypes,
} from "../../lib/cell/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import { cosines, tableOf } from "../../lib/matrix/mod.ts";

await startBackend();

function smallModel(): CellModel {
  const config = { ...cellPreset("nano"), layers: 1 };
  const vectors = new Float32Array(2 * config.width);
  vectors[0] = vectors[config.width + 1] = 1;
  return {
    config,
    params: initCellParams(createRng(1), { config, genes: 3, classes: 2 }),
    vocabulary: {
      symbols: ["CD3D", "LYZ", "MS4A1"],
      ensembl: ["ENSG00000167286", "ENSG00000090382", ""],
      aliases: [["T3D"], [], ["CD20", "B1"]],
    },
    informativeness: Float32Array.of(0.5, 0.25, 1),
    classes: ["CL:0000084", "CL:0000236"],
    types: {
      ids: ["CL:0000084", "CL:0000236"],
      names: ["T cell", "B cell"],
      ...tableOf(vectors, config.width),
    },
    temperature: 0.1,
    hash: "unsaved",
    seenCells: Uint32Array.of(1, 0xfedcba98),
  };
}

const CELLS = {
  rows: 2,
  cols: 3,
  indptr: Int32Array.of(0, 2, 3),
  indices: Int32Array.of(0, 1, 2),
  data: Float32Array.of(1, 2, 3),
};

Deno.test("saveCellCheckpoint and loadCellCheckpoint give back the same model", async () => {
  const directory = await Deno.makeTempDir();
  const model = smallModel();
  const made = { command: "test", studies: [{ name: "pbmc3k.h5ad" }] };
  const hash = await saveCellCheckpoint(directory, model, { made, dtype: "F32" });
  const loaded = await loadCellCheckpoint(directory);
  assert.equal(loaded.hash, hash);
  assert.deepEqual(embedMatrix(loaded, CELLS), embedMatrix(model, CELLS));
  const { params: _, hash: __, ...plain } = model;
  const { params: ___, hash: ____, ...read } = loaded;
  assert.deepEqual(read, { ...plain, studies: ["pbmc3k"] });
  [model, loaded].forEach(disposeModel);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("loadCellCheckpoint says which file is missing, and which tensors do not fit", async () => {
  const directory = await Deno.makeTempDir();
  await assert.rejects(loadCellCheckpoint(directory), /config\.json is missing/);
  const model = smallModel();
  await saveCellCheckpoint(directory, model, { made: {} });
  const path = join(directory, "config.json");
  const content = JSON.parse(await Deno.readTextFile(path));
  content.config.layers = 2;
  await Deno.writeTextFile(path, JSON.stringify(content));
  await assert.rejects(loadCellCheckpoint(directory), /missing layers\.1\.inProjection\.weight/);
  disposeModel(model);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("loadCellCheckpoint refuses weights that its configuration was not written with", async () => {
  const [directory, other] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  const model = smallModel();
  await saveCellCheckpoint(directory, model, { made: {} });
  await saveCellCheckpoint(other, {
    ...model,
    params: initCellParams(createRng(2), { config: model.config, genes: 3, classes: 2 }),
  }, {
    made: {},
  });
  await Deno.copyFile(join(other, "model.safetensors"), join(directory, "model.safetensors"));
  await assert.rejects(loadCellCheckpoint(directory), /not the file that its config\.json was written with/);
  disposeModel(model);
  for (const folder of [directory, other]) await Deno.remove(folder, { recursive: true });
});

Deno.test("parseCellConfig names every wrong field", () => {
  const wrong = { ...cellPreset("nano"), width: -1, readout: "last" };
  assert.throws(() => parseCellConfig(wrong, "x.json"), /width: .*readout: /);
});

Deno.test("cosines are cosines with unit types, and 0 for a zero cell", () => {
  const types = { ids: ["a", "b"], names: ["a", "b"], ...tableOf(Float32Array.of(1, 0, 0, 1), 2) };
  const similarities = cosines(tableOf(Float32Array.of(3, 4, 0, 0), 2), types).data;
  [0.6, 0.8, 0, 0].forEach((value, i) => assert.ok(Math.abs(similarities[i] - value) < 1e-6));
  assert.deepEqual(selectTypes(types, ["b", "c"]).ids, ["b"]);
  assert.deepEqual([...selectTypes(types, ["b", "c"]).data], [0, 1]);
});

Deno.test("fitTemperature finds the temperature that drew the labels", () => {
  const rng = createRng(2);
  const [cells, types, temperature] = [4000, 5, 0.2];
  const similarities = Float32Array.from({ length: cells * types }, () => 2 * rng.uniform() - 1);
  const truth = Int32Array.from({ length: cells }, (_, row) => {
    const weights = Array.from(
      similarities.subarray(row * types, (row + 1) * types),
      (s) => Math.exp(s / temperature),
    );
    let left = rng.uniform() * weights.reduce((a, b) => a + b, 0);
    return weights.findIndex((weight) => (left -= weight) < 0);
  });
  const found = fitTemperature(similarities, truth);
  assert.ok(Math.abs(found - temperature) < 0.02, `${found}`); // some four standard errors at 4,000 labels
});
