import assert from "node:assert/strict";
import registry from "../../../data/registry.json" with { type: "json" };
import {
  corpusDatasets,
  type CorpusUse,
  datasetNamed,
  datasetsNamed,
  listDatasets,
  RegistrySchema,
} from "../../../lib/data/fetch/registry.ts";
import { findDataset } from "../../../lib/data/fetch/dataset.ts";
import { onRealData } from "../../mirror.ts";

Deno.test("registry.json has unique names and paths", () => {
  for (const key of ["name", "path"] as const) {
    const values = listDatasets().map((dataset) => dataset[key]);
    assert.equal(new Set(values).size, values.length, `a ${key} occurs twice`);
  }
});

Deno.test("registry.json pins size and sha256 of everything but the deposits nobody here has seen", () => {
  const open = listDatasets().filter((it) => it.sha256 === undefined).map((it) => it.name);
  assert.deepEqual(open, ["pbmc3k_10x", "pbmc3k_cellxgene", "h1_fucci", "t_cells_cancer"]);
});

Deno.test("registry.json names a public source for every kind of experiment", () => {
  const uses = listDatasets().filter((it) => it.url !== undefined).map((it) => it.use);
  for (
    const need of ["ontology", "text encoder", "annotation", "spatial", "cell cycle", "perturbation", "novel"]
  ) {
    assert.ok(uses.some((use) => use.startsWith(need)), `nothing public for ${need}`);
  }
});

Deno.test("RegistrySchema refuses a path that leaves the cache, a second source, and an unknown field", () => {
  const good = registry.datasets[0];
  const bad = [
    { ...good, path: "../etc/passwd" },
    { ...good, path: "/etc/passwd" },
    { ...good, url: "https://example.org/x" }, // it is mirrorOnly already
    { ...good, sha256: "abc" },
    { ...good, note: "?" },
  ];
  assert.ok(RegistrySchema.safeParse({ version: 1, datasets: [good] }).success);
  for (const entry of bad) assert.ok(!RegistrySchema.safeParse({ version: 1, datasets: [entry] }).success);
});

Deno.test("datasetNamed offers similar names for an unknown one", () => {
  assert.equal(datasetNamed("pbmc3k").path, "cells/pbmc3k.h5ad");
  assert.throws(() => datasetNamed("pbmc"), { tag: "usage", message: /did you mean pbmc3k/ });
  assert.throws(() => datasetNamed("zzz"), { tag: "usage", message: /data list/ });
});

Deno.test("datasetsNamed gives a group's data sets, or the one of that name", () => {
  const names = (name: string) => datasetsNamed(name).map((dataset) => dataset.name);
  assert.deepEqual(names("pbmc3k"), ["pbmc3k"]);
  const original = names("kcellfm-original");
  for (
    const need of ["kcellfm_checkpoint", "kcellfm_text_checkpoint", "kcellfm_gene_vocab", "pubmedbert_vocab"]
  ) {
    assert.ok(original.includes(need), need);
  }
  assert.throws(() => datasetsNamed("kcellfm"), { tag: "usage", message: /did you mean .*kcellfm-original/ });
  const both = listDatasets().filter(({ name }) =>
    listDatasets().some(({ groups }) => groups?.includes(name))
  );
  assert.deepEqual(both, []); // no group hides a data set
});

Deno.test("registry.json pins the nine large files of the original's repository", () => {
  const files = listDatasets().filter(({ url }) =>
    url?.startsWith("https://media.githubusercontent.com/media/nudt-")
  );
  assert.equal(files.length, 9);
  assert.equal(files.reduce((sum, { bytes }) => sum + bytes!, 0), 2_241_013_840); // ORIGINAL.md, section 7
  for (const it of files) assert.ok(it.sha256 && it.citation && it.licence && it.use, it.name);
});

onRealData("findDataset finds every file of the mirror, and each is what the registry says", async () => {
  const cache = await Deno.makeTempDir();
  const inMirror = listDatasets().filter((it) => !/^(original|deposits)\//.test(it.path));
  for (const { name } of inMirror) {
    assert.ok(await findDataset(name, { cache }), `${name} is not in the mirror`);
  }
  await Deno.remove(cache, { recursive: true });
});

Deno.test("corpusDatasets keeps what is learned from apart from what settings are chosen by", () => {
  const names = (use: CorpusUse) => corpusDatasets(use).map(({ name }) => name);
  const [train, development] = [names("train"), names("development")];
  assert.deepEqual(train.filter((name) => development.includes(name)), []);
  assert.deepEqual(development.sort(), [
    "breast_ffpe_janesick_100",
    "ding_pbmc",
    "hesc_midbrain_lamanno_2016",
    "islets_segerstolpe_2016",
    "kang_ifnb_832",
    "pbmc68k_reduced",
    "wu2020_tumour_t",
  ]);
  assert.ok(train.length > 25 && train.includes("pbmc3k") && !train.includes("xenium_breast"));
});
