import { deepStrictEqual as equal, rejects, throws } from "node:assert/strict";
import { openH5ad } from "../../lib/data/mod.ts";
import { denseRows, expected, fixture, oneLine } from "./helpers.ts";

const modern = fixture("modern.h5ad");

for (
  const layer of [
    "dense_f8",
    "dense_u1",
    "dense_f2",
    "dense_be",
    "csc_i4",
    "csr_i8",
    "csr_unsorted",
  ]
) {
  Deno.test(`openH5ad reads layer ${layer} (anndata 0.8) whole, by slices and backwards`, async () => {
    const file = await openH5ad(modern, { layer });
    equal(denseRows(file), expected.dense);
    for (let start = file.nObs; start-- > 0;) {
      const end = Math.min(start + 2, file.nObs);
      equal(denseRows(file, [start, end]), expected.dense.slice(start, end));
    }
    file.close();
  });
}

Deno.test("openH5ad reads X, raw and a boolean layer", async () => {
  const x = await openH5ad(modern);
  equal(denseRows(x), expected.dense);
  equal([x.matrix.format, x.matrix.dtype, x.hasRaw], ["csr", "float32", true]);
  x.close();
  const raw = await openH5ad(modern, { useRaw: true });
  equal(denseRows(raw), expected.dense.map((row) => row.map((value) => 2 * value)));
  raw.close();
  const bool = await openH5ad(modern, { layer: "dense_bool" });
  equal(denseRows(bool), expected.dense.map((row) => row.map((value) => value > 0 ? 1 : 0)));
  bool.close();
});

Deno.test("openH5ad gives ascending columns even where the file does not", async () => {
  const file = await openH5ad(modern, { layer: "csr_unsorted" });
  const { indptr, indices } = file.rows(0, file.nObs);
  for (let row = 0; row < file.nObs; row++) {
    const columns = indices.slice(indptr[row], indptr[row + 1]);
    equal(columns, columns.slice().sort());
  }
  file.close();
});

Deno.test("openH5ad reads obs columns of every encoding", async () => {
  const file = await openH5ad(modern);
  const column = (name: string) => file.obs.values(name).slice(0, 3);
  equal(file.obsNames, expected.cells);
  equal(column("text"), ["t0 é", "t1 é", "t2 é"]);
  equal(column("label"), ["B", "T", "NK"]);
  equal(column("partial"), ["x", null, "y"]);
  equal(column("number_label"), ["3", "1", "2"]);
  equal(column("f4"), [0, 0.5, 1]);
  equal(column("i8"), [0, 1, 2]);
  equal(column("flag"), [true, false, true]);
  equal(column("maybe_int"), [1, null, 3]);
  equal(column("maybe_flag"), [true, null, false]);
  equal(file.var.values("gene_ids")[1], "ENSG00000000001.1");
  file.close();
});

Deno.test("openH5ad reads obsm, obsp, varm and uns by path", async () => {
  const file = await openH5ad(modern);
  equal(file.keys("obsm"), ["X_pca"]);
  equal(file.obsm("X_pca").shape, [9, 2]);
  equal(Array.from(file.obsm("X_pca").data.slice(0, 3)), [0, 1, 2]);
  const distances = file.element("obsp/distances");
  if (!distances || typeof distances !== "object" || !("matrix" in distances)) throw new Error("no matrix");
  equal(Array.from((distances.matrix as { read: typeof file.rows }).read(3, 5).indices), [3, 4]);
  equal(file.element("uns/title"), "mödern");
  equal(file.element("uns/nested"), { colors: ["#fff", "#000"], on: true, rate: 0.5, seed: 42 });
  equal(file.element("uns/ranks"), {
    columns: { name: ["A", "B"], score: { shape: [2], data: Float64Array.of(1.5, 2.5) } },
  });
  file.close();
});

Deno.test("openH5ad reads anndata 0.7: __categories, float64 X, no root encoding", async () => {
  const file = await openH5ad(fixture("v07.h5ad"));
  equal(denseRows(file), expected.dense);
  equal(file.obs.columns, ["phenotype", "area"]);
  equal(file.obs.values("phenotype").slice(0, 3), ["B", "T", null]);
  file.close();
});

Deno.test("openH5ad reads anndata 0.6: tables, uns categories, h5sparse, raw.X", async () => {
  const file = await openH5ad(fixture("v06.h5ad"));
  equal(denseRows(file), expected.dense);
  equal([file.obsNames, file.varNames], [expected.cells, expected.genes]);
  equal(file.obs.values("louvain").slice(0, 4), ["0", "1", "2", "0"]);
  equal(file.obs.values("n_genes").slice(0, 3), [0, 1, 2]);
  equal(file.element("obsm"), {
    columns: { X_pca: { shape: [9, 3], data: Float64Array.from({ length: 27 }, (_, i) => i) } },
  });
  file.close();
  const raw = await openH5ad(fixture("v06.h5ad"), { useRaw: true });
  equal(denseRows(raw)[0], expected.dense[0].map((value) => 2 * value));
  raw.close();
});

Deno.test("openH5ad reads HDF5's newer format and anndata's nullable strings", async () => {
  const file = await openH5ad(fixture("latest.h5ad"));
  equal([file.obsNames, file.varNames], [expected.cells, expected.genes]);
  equal(denseRows(file), expected.dense);
  equal(denseRows(file, [4, 7]), expected.dense.slice(4, 7));
  equal(file.obs.values("note").slice(0, 3), ["a", null, "c"]);
  equal(file.obs.values("label").slice(0, 3), ["B", "T", null]);
  equal(file.element("uns/nothing"), null);
  file.close();
});

Deno.test("openH5ad names the layers there are when one is missing", async () => {
  await rejects(
    openH5ad(modern, { layer: "spliced" }),
    oneLine("data", /no layer "spliced".*csc_i4.*raw: yes/),
  );
});

Deno.test("openH5ad rejects rows outside the file", async () => {
  const file = await openH5ad(modern);
  throws(() => file.rows(5, 10), /rows \[5, 10\).*9 rows/);
  throws(() => file.rows(-1, 2), RangeError);
  throws(() => file.element("uns/nope"), oneLine("data", /uns\/nope.*no such element/));
  file.close();
});
