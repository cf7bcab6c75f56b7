import assert from "node:assert/strict";
import { join } from "node:path";
import { command, datasetTable } from "../../../lib/cli/data.ts";
import { openH5ad } from "../../../lib/data/h5ad/open.ts";
import { capture } from "../../capture.ts";

Deno.test("data list shows every data set, or those with a word, and where they are", async () => {
  const cache = await Deno.makeTempDir();
  await Deno.mkdir(join(cache, "ontology"));
  await Deno.writeTextFile(join(cache, "ontology/cl-simple-2026-03-26.obo.gz"), "x");
  const { rows } = datasetTable("ontology:", cache);
  const where = new Map(rows.map(([name, , place]) => [name, place]));
  assert.deepEqual([...where.keys()], [
    "cellxgene-cl-2026-03-26",
    "cl-basic-2022-11-25",
    "cl-simple-2026-03-26",
  ]);
  assert.equal(where.get("cl-simple-2026-03-26"), "cache");
  assert.ok(datasetTable("", cache).rows.length > 50);
  await Deno.remove(cache, { recursive: true });
});

Deno.test("data fetch of a misspelt name is a usage error that offers the right one", async () => {
  const { code, said } = await capture(command, "fetch pbmc3");
  assert.equal(code, 2);
  assert.match(said, /^error: Cannot find a data set named "pbmc3": did you mean pbmc3k/);
});

Deno.test("data fetch of a group begins with its first file, and says where to put it when there is no network", async () => {
  const cache = await Deno.makeTempDir();
  const { code, said } = await capture(command, `fetch kcellfm-original --out ${cache}`);
  assert.equal(code, 1);
  assert.match(said, /Cannot fetch [a-z_]+: .* put it at /);
  await Deno.remove(cache, { recursive: true });
});

Deno.test("data simulate writes an h5ad that reads back, with how it was made", async () => {
  const folder = await Deno.makeTempDir();
  const out = join(folder, "atlas.h5ad");
  const { code } = await capture(command, `simulate --preset nano --cells 80 --seed 5 --out ${out}`);
  assert.equal(code, 0);
  const file = await openH5ad(out);
  assert.deepEqual([file.nObs, file.nVars], [80, 1500]);
  assert.ok(file.rows(0, 80).data.every((count) => count > 0 && Number.isInteger(count)));
  assert.ok(file.obs.columns.includes("cell_type_ontology_term_id"));
  file.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("data simulate into a missing folder is one line and writes nothing", async () => {
  const { code, said } = await capture(command, "simulate --preset nano --out /nowhere/x.h5ad");
  assert.equal(code, 1);
  assert.match(said, /^error: .*\/nowhere/);
  assert.equal(said.split("\n").length, 1);
});
