import { deepStrictEqual as equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { openCells, openH5ad, writeAnnotated, writeH5ad } from "../../lib/data/mod.ts";
import { Hdf5File } from "../../lib/data/hdf5/file.ts";
import { csrFromDense } from "../../lib/matrix/mod.ts";
import { inFolder } from "../folder.ts";
import { denseRows, expected, fixture, oneLine } from "./helpers.ts";
import { rFixture } from "./r/helpers.ts";
import { zarrFixture } from "./zarr/helpers.ts";

const { cells, genes, dense } = expected;

for (
  const name of [
    "tiny.loom",
    "tiny.h5mu",
    "tenx_untyped.h5",
    "tenx_unnamed.h5",
    "cellbender.h5",
    "modern.h5ad",
  ]
) {
  Deno.test(`openCells reads ${name}, whole and by slices, also under another name`, () =>
    inFolder(async (folder) => {
      const renamed = join(folder, "cells.h5");
      await Deno.copyFile(fixture(name), renamed);
      for (const path of [fixture(name), renamed]) {
        const source = await openCells(path);
        equal([source.obsNames, source.varNames, denseRows(source)], [cells, genes, dense]);
        for (const [start, end] of [[5, 9], [0, 1], [3, 6], [4, 4]]) {
          equal(denseRows(source, [start, end]), dense.slice(start, end));
        }
        source.close();
      }
    }));
}

Deno.test("openCells reads what a loom file says of cells and genes, and another layer", async () => {
  const source = await openCells(fixture("tiny.loom"));
  equal(source.obs.values("ClusterName"), cells.map((_, i) => ["B", "T", "NK"][i % 3]));
  equal(source.obs.values("depth"), dense.map((row) => row.reduce((a, b) => a + b)));
  equal(source.var.values("Accession")[2], "ENSG00000000002");
  equal([...source.obsm!("spatial").data], Array.from({ length: 18 }, (_, i) => i));
  source.close();
  const doubled = await openCells(fixture("tiny.loom"), { layer: "doubled" });
  equal(denseRows(doubled), dense.map((row) => row.map((value) => 2 * value)));
  doubled.close();
  await rejects(
    openCells(fixture("tiny.loom"), { layer: "none" }),
    oneLine("data", /no such layer \(layers: doubled\)/),
  );
});

Deno.test("openCells reads another modality of a MuData, and names them", async () => {
  const source = await openCells(fixture("tiny.h5mu"), { modality: "adt" });
  equal([source.varNames, source.obsNames], [["CD3", "CD19"], cells]);
  source.close();
  await rejects(
    openCells(fixture("tiny.h5mu"), { modality: "atac" }),
    oneLine("data", /no modality "atac" \(adt, rna\)/),
  );
});

Deno.test("openCells takes features of types it does not know for genes", () =>
  inFolder(async (folder) => {
    const write = (name: string, text: string) => Deno.writeTextFileSync(join(folder, name), text);
    write("barcodes.tsv", "a\nb\n");
    write("matrix.mtx", "%%MatrixMarket matrix coordinate integer general\n3 2 2\n1 1 5\n3 2 7\n");
    write("features.tsv", "E1\tG1\tunknown\nE2\tG2\tchr1\nE3\tG3\t-\n");
    equal((await openCells(folder)).varNames, ["G1", "G2", "G3"]);
    write("features.tsv", "E1\tG1\tunknown\nE2\tG2\tAntibody Capture\nE3\tG3\t-\n");
    const source = await openCells(folder);
    equal([source.varNames, denseRows(source)], [["G1", "G3"], [[5, 0], [0, 7]]]);
  }));

Deno.test("openH5ad passes over a column it does not know, names it, and the copy keeps it", () =>
  inFolder(async (folder) => {
    const [input, output] = [join(folder, "in.h5ad"), join(folder, "out.h5ad")];
    await Deno.copyFile(fixture("modern.h5ad"), input);
    const file = await Hdf5File.open(input, "a");
    file.setAttribute("obs/label", "encoding-type", "awkward-array");
    file.close();
    const before = await openH5ad(input);
    equal([before.obs.columns.includes("label"), before.obs.columns.includes("text")], [false, true]);
    equal(before.notes?.length, 1);
    ok(/obs\/label .*"awkward-array".*passed over/.test(before.notes![0]), before.notes![0]);
    before.close();
    await writeAnnotated(input, output, { additions: { obs: { x: cells } } });
    const after = await Hdf5File.open(output);
    equal([after.keys("obs/label"), after.numbers("obs/label/codes", Int32Array)[1]], [[
      "categories",
      "codes",
    ], 0]);
    equal((after.attribute("obs", "column-order") as string[]).includes("label"), true);
    after.close();
  }));

Deno.test("openCells refuses links into other files, h5Seurat files and workbooks in one line that says what to do", () =>
  inFolder(async (folder) => {
    const make = async (name: string, fill: (file: Hdf5File) => void) => {
      const file = await Hdf5File.open(join(folder, name), "w");
      fill(file);
      file.close();
      return join(folder, name);
    };
    const seurat = await make("a.h5seurat", (file) => {
      file.createGroup("assays");
      file.createStrings("cell.names", ["a"]);
    });
    await rejects(openCells(seurat), oneLine("file", /it is an h5Seurat file; in R, save .* with saveRDS/));
    await rejects(
      openCells(fixture("linked.h5ad")),
      oneLine("data", /X of .*link into the file elsewhere\.h5ad; write all/),
    );
    const sheet = join(folder, "a.xlsx");
    Deno.writeFileSync(sheet, new TextEncoder().encode("PK\x03\x04 [Content_Types].xml xl/workbook.xml"));
    await rejects(openCells(sheet), oneLine("file", /it is an Excel workbook; save its sheet as \.csv/));
  }));

Deno.test("writeH5ad says that an attribute cannot list so many columns", () =>
  inFolder(async (folder) => {
    const path = join(folder, "many.h5ad");
    const obs = Object.fromEntries(Array.from({ length: 4091 }, (_, i) => [`c${i}`, Float32Array.of(i)]));
    const content = { x: csrFromDense([1], 1, 1), obsNames: ["a"], varNames: ["g"], obs };
    await rejects(
      writeH5ad(path, content),
      oneLine("file", /lists 4091 names, .* holds 4090; drop some columns, or write/),
    );
  }));

/** Every form with cells, and the reductions that its answer keeps. */
const FORMS: readonly (readonly [path: string, obsm: string[]])[] = [
  [fixture("modern.h5ad"), ["X_kcellfm", "X_pca"]],
  [fixture("tiny.h5mu"), ["X_kcellfm", "X_pca"]],
  [fixture("tiny.loom"), ["X_kcellfm", "spatial"]],
  [fixture("tenx_v2.h5"), ["X_kcellfm"]],
  [zarrFixture("v3.zarr.zip"), ["X_kcellfm", "X_pca", "filled"]],
  [rFixture("seurat.rds"), ["X_kcellfm", "X_pca"]],
];

for (const [input, obsm] of FORMS) {
  for (const ending of [".h5ad", ".zarr", ".zarr.zip"]) {
    Deno.test(`writeAnnotated makes of ${input.replace(/.*\//, "")} a ${ending} with the same cells, annotations and arrays`, () =>
      inFolder(async (folder) => {
        const source = await openCells(input);
        const output = join(folder, `out${ending}`);
        const count = source.nObs;
        const additions = {
          obs: { kcellfm_confidence: new Float32Array(count).fill(0.25) },
          obsm: { X_kcellfm: { shape: [count, 2], data: new Float32Array(2 * count).fill(1) } },
        };
        await writeAnnotated(input, output, { additions });
        const answer = await openCells(output);
        equal([answer.obsNames, answer.varNames, denseRows(answer)], [
          source.obsNames,
          source.varNames,
          denseRows(source),
        ]);
        for (const name of source.obs.columns) equal(answer.obs.values(name), source.obs.values(name), name);
        for (const name of source.var.columns) equal(answer.var.values(name), source.var.values(name), name);
        equal(answer.obs.columns.at(-1), "kcellfm_confidence");
        equal(answer.keys!("obsm").filter((name) => name !== "unicode").sort(), obsm); // text is no array
        for (const name of source.keys?.("obsm").filter((it) => it !== "unicode") ?? []) {
          equal(answer.obsm!(name).shape, source.obsm!(name).shape, name);
          equal([...answer.obsm!(name).data], [...source.obsm!(name).data], name);
        }
        answer.close();
        source.close();
      }));
  }
}

Deno.test("writeAnnotated adds to the modality of a MuData and leaves the rest", () =>
  inFolder(async (folder) => {
    const output = join(folder, "out.h5mu");
    await writeAnnotated(fixture("tiny.h5mu"), output, { additions: { obs: { x: cells } } });
    const rna = await openCells(output);
    equal([rna.obs.values("x"), denseRows(rna)], [cells, dense]);
    rna.close();
    const file = await Hdf5File.open(output);
    equal([file.keys("mod"), file.attribute("/", "encoding-type"), file.keys("obs")], [
      ["adt", "rna"],
      "MuData",
      ["_index", "text"],
    ]);
    file.close();
    await rejects(
      writeAnnotated(fixture("modern.h5ad"), output, { additions: {} }),
      oneLine("usage", /only a MuData becomes a MuData/),
    );
  }));
