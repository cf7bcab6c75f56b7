import { deepStrictEqual, throws } from "node:assert/strict";
import { pathToOpen } from "../../web/worker/place.ts";
import { oneLine } from "../data/helpers.ts";

Deno.test("pathToOpen opens a single file by itself, and files that belong together by their folder", () => {
  const open = (...paths: string[]) => pathToOpen(paths, "/input");
  deepStrictEqual(open("a.h5ad"), "/input/a.h5ad");
  deepStrictEqual(open("run/barcodes.tsv.gz", "run/features.tsv.gz", "run/matrix.mtx.gz"), "/input/run");
  deepStrictEqual(open("barcodes.tsv", "genes.tsv", "matrix.mtx"), "/input/matrix.mtx");
  deepStrictEqual(open("GSM1_matrix.mtx.gz", "GSM1_barcodes.tsv.gz"), "/input/GSM1_matrix.mtx.gz");
  deepStrictEqual(open("c.zarr/X/.zarray", "c.zarr/X/.zattrs", "c.zarr/.zgroup"), "/input/c.zarr");
  deepStrictEqual(open("c.zarr/X/zarr.json", "c.zarr/zarr.json"), "/input/c.zarr");
});

Deno.test("pathToOpen refuses an empty drop, and files that do not belong together", () => {
  throws(() => pathToOpen([], "/input"), oneLine("usage", /no file/));
  throws(
    () => pathToOpen(["a.h5ad", "b.h5ad"], "/input"),
    oneLine("usage", /2 files at once: a.h5ad, b.h5ad/),
  );
});
