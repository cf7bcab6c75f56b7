import { deepStrictEqual as equal, ok, rejects } from "node:assert/strict";
import { openCells, openR } from "../../../lib/data/mod.ts";
import { denseRows, oneLine } from "../helpers.ts";
import { column, expected, expectedColumn, rFixture } from "./helpers.ts";

const { cells, genes, dense } = expected;
const rounded = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map(Math.fround));

for (const name of ["seurat.rds", "seurat_version2.rds"]) {
  Deno.test(`openR reads counts, metadata and reductions of a Seurat object of version 4 in ${name}`, async () => {
    const source = await openR(rFixture(name));
    equal([source.obsNames, source.varNames], [cells, genes]);
    equal([denseRows(source), denseRows(source, [3, 7])], [dense, dense.slice(3, 7)]);
    equal(source.obs.columns, Object.keys(expected.obs));
    for (const key of source.obs.columns) equal(column(source, key), expectedColumn(key), key);
    equal(source.keys("obsm"), ["X_pca"]);
    const { shape, data } = source.obsm("X_pca");
    equal(shape, [12, 3]);
    equal([...data], expected.pca.flat().map(Math.fround));
    equal(source.layers, ["RNA/counts", "RNA/data", "ADT/counts", "ADT/data"]);
  });
}

Deno.test("openR reads another layer of a Seurat object, and says which there are", async () => {
  const path = rFixture("seurat.rds");
  equal(denseRows(await openR(path, { layer: "data" })), rounded(expected.data));
  equal((await openR(path, { layer: "ADT/counts" })).varNames, ["a", "b", "c"]);
  equal(denseRows(await openR(path, { useRaw: true })), dense);
  await rejects(
    openR(path, { layer: "scale.data" }),
    oneLine("data", /no layer "scale.data" \(layers: RNA\/counts, RNA\/data/),
  );
});

Deno.test("openR joins the layers of a Seurat object of version 5 in the order of its cells", async () => {
  const source = await openR(rFixture("seurat_v5.rds"));
  equal([source.obsNames, source.varNames], [cells, genes]);
  // Layer counts.2 has the odd cells without the third gene.
  equal(
    denseRows(source),
    dense.map((row, cell) => row.map((count, gene) => cell % 2 === 0 && gene === 2 ? 0 : count)),
  );
  equal(source.var.values("length"), genes.map((_, i) => i + 1));
  equal(column(source, "type"), expectedColumn("type"));
});

Deno.test("openR reads a SingleCellExperiment: counts before logcounts, colData, rowData, reducedDims", async () => {
  const source = await openR(rFixture("experiment.rda"));
  equal([source.obsNames, source.varNames, denseRows(source)], [cells, genes, dense]);
  equal(column(source, "label"), expectedColumn("type"));
  equal(column(source, "run"), cells.map((_, i) => i < 6 ? "x" : "y"));
  equal(source.var.values("id"), expected.id);
  equal([...source.obsm("X_pca").data], expected.pca.flat().map(Math.fround));
  equal(denseRows(await openR(rFixture("experiment.rda"), { layer: "logcounts" })), rounded(expected.log));
});

Deno.test("openR takes vectors and frames beside a matrix for annotations of its cells, by name where they have names", async () => {
  const source = await openR(rFixture("matrix.rda"));
  equal([source.obsNames, source.varNames, denseRows(source)], [cells, genes, dense]);
  equal(column(source, "labels"), expectedColumn("type"));
  equal(column(source, "donor"), expected.donor); // the frame has the cells in reverse
});

for (const name of ["matrix_ascii.rda", "list.rds", "rows.rds", "native.rds", "frame.rds", "compact.rds"]) {
  Deno.test(`openCells reads the same cells from ${name}`, async () => {
    const source = await openCells(rFixture(name));
    equal([source.varNames, denseRows(source)], [genes, dense]);
    if (name !== "compact.rds") equal(source.obsNames, cells);
  });
}

Deno.test("openR expands R's compact vectors and names cells that have no names", async () => {
  const source = await openR(rFixture("compact.rds"));
  equal(source.obsNames.slice(0, 2), ["cell1", "cell2"]);
  equal(column(source, "label"), expected.compact);
});

Deno.test("openR asks which of several objects is meant", async () => {
  const path = rFixture("two.RData");
  await rejects(
    openR(path),
    oneLine("data", /it holds first \(matrix, 20 genes, 5 cells\); second .*--object NAME/),
  );
  await rejects(openR(path, { object: "third" }), oneLine("data", /Cannot read third of .*it holds first/));
  equal(denseRows(await openR(path, { object: "second" })), dense.slice(5));
});

Deno.test("openCells tells R's files by what they hold, whatever their name", async () => {
  for (const name of ["seurat.rds", "matrix.rda", "experiment.rda", "native.rds", "matrix_ascii.rda"]) {
    const path = `${await Deno.makeTempDir()}/cells.dat`;
    await Deno.copyFile(rFixture(name), path);
    ok((await openCells(path)).nObs === 12, name);
    await Deno.remove(path);
  }
});
