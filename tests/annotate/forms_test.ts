import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { annotateFile, type Annotation, float32Text, readCells } from "../../lib/annotate/mod.ts";
import { disposeModel, embedAll, loadCellCheckpoint, mapCells, placeCells } from "../../lib/cell/mod.ts";
import { openCells, openR, writeH5ad, writeZarr } from "../../lib/data/mod.ts";
import { startBackend } from "../../lib/runtime/mod.ts";
import { fixture } from "../data/helpers.ts";
import { rFixture } from "../data/r/helpers.ts";
import { zarrFixture } from "../data/zarr/helpers.ts";
import { inFolder } from "../folder.ts";
import { linearEmbedder, saveNanoCheckpoint } from "./fixture.ts";

/** What is said of each cell. */
const answerOf = ({ calls, rolled, embeddings }: Annotation) => ({
  best: [...calls.best],
  confidence: [...calls.confidence],
  novelty: [...calls.novelty],
  place: [...rolled.place],
  vectors: [...embeddings.data],
});

const PYTHONS = [
  ...["tiny.loom", "tiny.h5mu", "tenx_v2.h5", "tenx_untyped.h5", "tenx_unnamed.h5", "cellbender.h5"].map(
    fixture,
  ),
  ...["v2.zarr.zip", "v3.zarr.zip"].map(zarrFixture),
];
const RS = [
  ...["seurat.rds", "seurat_version2.rds", "experiment.rda", "matrix.rda", "matrix_ascii.rda", "list.rds"],
  ...["rows.rds", "native.rds", "frame.rds", "compact.rds"],
].map(rFixture);

/** The cells of a file as plain .h5ad and in zarr. */
async function writePlain(
  path: string,
  folder: string,
): Promise<{ paths: string[]; genes: readonly string[] }> {
  const source = await openCells(path);
  const { obsNames, varNames } = source;
  const content = { x: source.rows(0, source.nObs), obsNames, varNames };
  const paths = ["plain.h5ad", "plain.zarr", "plain.zarr.zip"].map((name) => join(folder, name));
  await writeH5ad(paths[0], content);
  for (const zarr of paths.slice(1)) await writeZarr(zarr, content);
  source.close();
  return { paths, genes: varNames };
}

Deno.test("readCells gives a model the same cells in every form of HDF5 and zarr, bit for bit", () =>
  inFolder(async (folder) => { // six genes are too few for an answer
    const { paths, genes } = await writePlain(fixture("modern.h5ad"), folder);
    const embedder = linearEmbedder(genes);
    const vectorsOf = async (path: string) => {
      const { cells, report } = await readCells(path, {}, embedder.vocabulary);
      const { data } = await embedAll(embedder, cells, {});
      cells.source.close();
      return { vectors: [...data], values: report.values.kind };
    };
    const expected = await vectorsOf(fixture("modern.h5ad"));
    for (const path of [...paths, ...PYTHONS]) equal(await vectorsOf(path), expected, path);
  }));

Deno.test("annotateFile gives the cells of R the same answer in every form, bit for bit", () =>
  inFolder(async (folder) => {
    await startBackend("wasm");
    const { paths, genes } = await writePlain(RS[0], folder);
    await saveNanoCheckpoint(join(folder, "model"), genes);
    const model = await loadCellCheckpoint(join(folder, "model"));
    const expected = answerOf(await annotateFile(paths[0], { model }));
    ok(new Set(expected.best).size > 1);
    for (const path of [...paths.slice(1), ...RS]) {
      equal(answerOf(await annotateFile(path, { model })), expected, path);
    }
    disposeModel(model);
  }));

Deno.test("annotateFile answers an R file as .h5ad and as a table whose first column names the cells", () =>
  inFolder(async (folder) => {
    await startBackend("wasm");
    const { varNames, obsNames, obs } = await openR(rFixture("seurat.rds"));
    await saveNanoCheckpoint(join(folder, "model"), varNames);
    const model = await loadCellCheckpoint(join(folder, "model"));
    const out = join(folder, "answer.h5ad");
    const { written, calls } = await annotateFile(rFixture("seurat.rds"), { model, out });
    equal(written, [out, join(folder, "answer.csv")]);
    const rows = Deno.readTextFileSync(written[1]).trim().split("\n").map((line) => line.split(","));
    equal(rows.slice(1).map(([cell]) => cell), [...obsNames]);
    equal(rows.slice(1).map((row) => Math.fround(Number(row[3]))), [...calls.confidence]);
    const answer = await openCells(out);
    for (const name of obs.columns) equal(answer.obs.values(name), obs.values(name), name);
    answer.close();
    disposeModel(model);
  }));

Deno.test("float32Text prints a float32 with no more digits than it has", () => {
  const texts = [0.3, 0.1, 1, 0, 1e-7, 0.123456789, 16777216, 1 / 3].map((value) =>
    float32Text(Math.fround(value))
  );
  equal(texts, ["0.3", "0.1", "1", "0", "1e-7", "0.12345679", "16777216", "0.33333334"]);
  for (let i = 1; i < 1000; i++) {
    const value = Math.fround(Math.sqrt(i) / 37);
    equal(Math.fround(Number(float32Text(value))), value);
  }
});

Deno.test("placeCells keeps the cells of the map and puts the others among their nearest", async () => {
  await startBackend("wasm");
  const [rows, cols] = [300, 6];
  // Two bundles of directions.
  const data = Float32Array.from({ length: rows * cols }, (_, i) => {
    const [row, column] = [Math.floor(i / cols), i % cols];
    return (row % 2 === column % 2 ? 5 : 0) + Math.sin(i * 7.3);
  });
  const embeddings = { data, rows, cols };
  const map = mapCells(embeddings, { seed: 1, maxCells: 100 });
  const places = placeCells(embeddings, map);
  map.rows.forEach((row, i) => equal([places[2 * row], places[2 * row + 1]], [map.x[i], map.y[i]]));
  const centre = (parity: number) => {
    const own = [...map.rows.keys()].filter((i) => map.rows[i] % 2 === parity);
    return [map.x, map.y].map((values) => own.reduce((sum, i) => sum + values[i], 0) / own.length);
  };
  const centres = [centre(0), centre(1)];
  const distance = (row: number, [x, y]: number[]) =>
    Math.hypot(places[2 * row] - x, places[2 * row + 1] - y);
  for (let row = 0; row < rows; row++) {
    ok(distance(row, centres[row % 2]) < distance(row, centres[1 - row % 2]), `${row}`);
  }
});
