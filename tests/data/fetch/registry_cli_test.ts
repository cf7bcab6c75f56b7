import assert from "node:assert/strict";
import { join } from "node:path";
import { command, datasetTable } from "../../../lib/cli/data.ts";
import { runCommand } from "../../../lib/cli/mod.ts";
import { openH5ad } from "../../../lib/data/h5ad/open.ts";

/** Runs `deno task data` with these arguments; what it prints to either stream is one text. */
async function runData(...args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const [log, error] = [console.log, console.error];
  console.log = console.error = (...items: unknown[]) => void lines.push(items.join(" "));
  try {
    return { code: await runCommand(command, args), text: lines.join("\n") };
  } finally {
    [console.log, console.error] = [log, error];
  }
}

Deno.test("data list shows every data set, or those with a word, and where they are", async () => {
  const cache = await Deno.makeTempDir();
  await Deno.mkdir(join(cache, "ontology"));
  await Deno.writeTextFile(join(cache, "ontology/cl-simple-2026-03-26.obo.gz"), "x");
  const { rows } = await datasetTable("ontology:", cache);
  const where = new Map(rows.map(([name, , place]) => [name, place]));
  assert.deepEqual([...where.keys()], [
    "cellxgene-cl-2026-03-26",
    "cl-basic-2022-11-25",
    "cl-simple-2026-03-26",
  ]);
  assert.equal(where.get("cl-simple-2026-03-26"), "cache");
  assert.ok((await datasetTable("", cache)).rows.length > 50);
  await Deno.remove(cache, { recursive: true });
});

Deno.test("data fetch of a misspelt name is a usage error that offers the right one", async () => {
  const { code, text } = await runData("fetch", "pbmc3");
  assert.equal(code, 2);
  assert.match(text, /^error: Cannot find a data set named "pbmc3": did you mean pbmc3k/);
});

Deno.test("data fetch of a group begins with its first file, and says where to put it when there is no network", async () => {
  const cache = await Deno.makeTempDir();
  const { code, text } = await runData("fetch", "kcellfm-original", "--out", cache);
  assert.equal(code, 1);
  assert.match(text, /Cannot fetch [a-z_]+: .* put it at /);
  await Deno.remove(cache, { recursive: true });
});

Deno.test("data simulate writes an h5ad that reads back, with how it was made", async () => {
  const folder = await Deno.makeTempDir();
  const out = join(folder, "atlas.h5ad");
  const { code } = await runData(
    "simulate",
    "--preset",
    "nano",
    "--cells",
    "80",
    "--seed",
    "5",
    "--out",
    out,
  );
  assert.equal(code, 0);
  const file = await openH5ad(out);
  assert.deepEqual([file.nObs, file.nVars], [80, 1500]);
  assert.ok(file.rows(0, 80).data.every((count) => count > 0 && Number.isInteger(count)));
  assert.ok(file.obs.columns.includes("cell_type_ontology_term_id"));
  file.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("data simulate into a missing folder is one line and writes nothing", async () => {
  const { code, text } = await runData("simulate", "--preset", "nano", "--out", "/nowhere/x.h5ad");
  assert.equal(code, 1);
  assert.match(text, /^error: .*\/nowhere/);
  assert.equal(text.split("\n").length, 1);
});
