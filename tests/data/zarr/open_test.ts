import { deepStrictEqual as equal, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { openCells, openH5ad, openZarr } from "../../../lib/data/mod.ts";
import { inFolder } from "../../folder.ts";
import { denseRows, expected, fixture, oneLine } from "../helpers.ts";
import { unpackedFixture, zarrFixture } from "./helpers.ts";

const { cells, genes, dense } = expected;
const MODERN = await openH5ad(fixture("modern.h5ad"));

for (const name of ["v2.zarr.zip", "v3.zarr.zip"]) {
  Deno.test(`openZarr reads from ${name} what openH5ad reads from the same cells`, async () => {
    const zarr = await openZarr(zarrFixture(name));
    equal([zarr.obsNames, zarr.varNames, denseRows(zarr)], [cells, genes, dense]);
    equal(denseRows(zarr, [3, 7]), dense.slice(3, 7));
    equal(zarr.obs, MODERN.obs);
    equal(zarr.var, MODERN.var);
    equal(zarr.obsm("X_pca"), MODERN.obsm("X_pca"));
    for (const at of ["uns/title", "uns/nested", "varm/PCs", "obs/label"]) {
      equal(zarr.element(at), MODERN.element(at));
    }
    equal(zarr.hasRaw, true);
    equal(
      denseRows(await openZarr(zarrFixture(name), { useRaw: true })),
      dense.map((row) => row.map((x) => 2 * x)),
    );
  });

  Deno.test(`openZarr reads every codec and layout of ${name}, whole and by slices`, async () => {
    const { layers } = await openZarr(zarrFixture(name));
    equal(layers.length, 13);
    for (const layer of layers) {
      const source = await openZarr(zarrFixture(name), { layer });
      equal(denseRows(source), dense, layer);
      for (const [start, end] of [[5, 9], [0, 1], [3, 6], [4, 4]]) {
        equal(denseRows(source, [start, end]), dense.slice(start, end), `${layer} ${start}`);
      }
    }
  });

  Deno.test(`openCells reads the folder of ${name}, whatever it is called`, () =>
    inFolder(async (folder) => {
      const source = await openCells(await unpackedFixture(name, join(folder, "cells")));
      equal([source.obsNames, denseRows(source)], [cells, dense]);
    }));
}

Deno.test("openZarr fills missing chunks, and reads text of a fixed width", async () => {
  const zarr = await openZarr(zarrFixture("v2.zarr.zip"));
  equal([...zarr.obsm("filled").data].map(String), [
    ...Array(8).fill("NaN"),
    ...Array(8).fill("1"),
    "NaN",
    "NaN",
  ]);
  equal(zarr.element("obsm/unicode"), cells.map((_, i) => "é".repeat(i)));
});

Deno.test("openZarr reads the table of a SpatialData, and asks which where there are several", async () => {
  const path = zarrFixture("spatial.zarr.zip");
  await rejects(
    openZarr(path),
    oneLine("data", /it holds the tables cells, nuclei; choose one with --object NAME/),
  );
  const nuclei = await openZarr(path, { object: "nuclei" });
  equal([nuclei.obsNames, denseRows(nuclei)], [cells.slice(0, 4), dense.slice(0, 4)]);
  equal([...nuclei.obsm("spatial").data], [0, 1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("openZarr names what it cannot read, and reads the rest", async () => {
  const zarr = await openZarr(zarrFixture("v2.zarr.zip"));
  throws(
    () => zarr.element("uns/ranks"),
    oneLine("file", /uns\/ranks of .*v2\.zarr\.zip: tables of zarr are not read/),
  );
  await inFolder(async (folder) => {
    const path = await unpackedFixture("v2.zarr.zip", join(folder, "x.zarr"));
    const change = (file: string, from: string, to: string) =>
      Deno.writeTextFileSync(join(path, file), Deno.readTextFileSync(join(path, file)).replace(from, to));
    change("layers/zlib/.zarray", '"zlib"', '"lzma"');
    const { layers } = await openZarr(path);
    equal(layers.includes("zlib"), true);
    const source = await openZarr(path, { layer: "zlib" });
    throws(
      () => source.rows(0, 1),
      oneLine("file", /layers\/zlib of .*: it is compressed with lzma, .*write it again/),
    );
    change("layers/gzip/.zarray", '"<f8"', '"<M8"');
    await rejects(openZarr(path, { layer: "gzip" }), oneLine("file", /values of type "<M8" are not known/));
    const meta = JSON.parse(Deno.readTextFileSync(join(path, "X/indptr/.zarray")));
    Deno.writeTextFileSync(join(path, "X/indptr/.zarray"), JSON.stringify({ ...meta, shape: [1e12] }));
    await rejects(
      openZarr(path),
      oneLine("file", /X\/indptr of .*: it claims \d+ bytes, its files have \d+/),
    );
  });
});
