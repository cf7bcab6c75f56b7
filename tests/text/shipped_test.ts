import assert from "node:assert/strict";
import { join } from "node:path";
import { checkpointsDir, startBackend } from "../../lib/runtime/mod.ts";
import { embedTexts, loadTextCheckpoint, nearestTypes } from "../../lib/text/mod.ts";
import { closeTo } from "./pubmedbert.ts";
import { takeRows } from "../../lib/matrix/mod.ts";

const directory = join(checkpointsDir(), "text-walkthrough");

Deno.test("text-walkthrough is small and says how it was made", async () => {
  let bytes = 0;
  for await (const { name } of Deno.readDir(directory)) {
    bytes += (await Deno.stat(join(directory, name))).size;
  }
  assert.ok(bytes < 6e6, `${bytes} bytes`);
  await startBackend();
  const { made, types, model } = await loadTextCheckpoint(directory);
  assert.equal(made.preset, "walkthrough");
  assert.ok(types.ids.length > 3000);
  assert.equal(types.data.length, types.ids.length * types.cols);
  model.dispose();
});

Deno.test("text-walkthrough finds types by words that are not their name", async () => {
  await startBackend();
  const { model, types } = await loadTextCheckpoint(directory);
  const near = (text: string) =>
    nearestTypes(types, embedTexts(model, [text]).data, 5).map(({ name }) => name);
  assert.equal(near("regulatory T cell")[0], "regulatory T cell");
  assert.ok(near("Treg").some((name) => name.includes("regulatory")), `${near("Treg")}`);
  assert.ok(near("cell of the pancreas that secretes insulin").includes("type B pancreatic cell"));
  model.dispose();
});

Deno.test("text-walkthrough holds the vectors that its encoder makes of the names", async () => {
  await startBackend();
  const { model, types } = await loadTextCheckpoint(directory);
  const rows = [...types.names.keys()].filter((row) => row % 200 === 0);
  const stored = takeRows(types, rows).data;
  // half precision has 11 bits: values below 8 are off by at most 2^-9
  closeTo(embedTexts(model, rows.map((row) => types.names[row])).data, stored, 2 ** -8);
  model.dispose();
});
