import assert from "node:assert/strict";
import { KcellfmError } from "../../../lib/runtime/mod.ts";
import { readSpatial } from "../../../lib/experiments/spatial/mod.ts";
import { withFile } from "./helpers.ts";

const GOOD = "CD4,CD8,x,y,cell_type_A\n-0.5,0,1,2,T\n1.25,-3,4,5,B\n0,0,6,7,\n";

const fails = (text: string, message: RegExp, options = {}) =>
  withFile("cells.csv", text, (path) =>
    assert.rejects(
      () => readSpatial(path, options),
      (error: unknown) =>
        error instanceof KcellfmError && message.test(error.message) || assert.fail(String(error)),
    ));

Deno.test("readSpatial reads the original's form with values of any sign, zeros too", async () => {
  const cells = await withFile("cells.csv", GOOD, (path) => readSpatial(path));
  assert.equal(cells.name, "cells");
  assert.deepEqual(cells.markers, ["CD4", "CD8"]);
  assert.deepEqual(Array.from(cells.values), [-0.5, 0, 1.25, -3, 0, 0]);
  assert.deepEqual([Array.from(cells.x), Array.from(cells.y)], [[1, 4, 6], [2, 5, 7]]);
  assert.deepEqual(cells.labels, ["T", "B", null]);
  assert.equal(cells.labelKey, "cell_type_A");
  assert.equal(cells.kind, "panel");
});

Deno.test("readSpatial takes the stains of a raw CODEX table and nothing else", async () => {
  const header = "X,Y,CellID,size:size,CD44 - stroma:Cyc_2_ch_2,HOECHST1:Cyc_1_ch_1,ClusterSize,ClusterName";
  const cells = await withFile(
    "raw.csv",
    `${header}\n1,2,3,4,5,6,7,T\n8,9,10,11,12,13,14,B\n`,
    (path) => readSpatial(path),
  );
  assert.deepEqual(cells.markers, ["CD44", "HOECHST1"]);
  assert.deepEqual(Array.from(cells.values), [5, 6, 12, 13]);
  assert.deepEqual(cells.labels, ["T", "B"]);
});

Deno.test("readSpatial leaves out columns that the marker table knows to be none", async () => {
  const text = "CD4,cell_size,x,y,cell_type\n1,300,1,1,T\n2,200,2,2,B\n";
  assert.deepEqual((await withFile("a.csv", text, (path) => readSpatial(path))).markers, ["CD4"]);
});

Deno.test("readSpatial says which cell lacks a value, early or late in the file", async () => {
  await fails(GOOD.replace("1.25", "NaN"), /marker CD4 of cell 2 is "NaN", not a number/);
  await fails(GOOD.replace("1.25", ""), /marker CD4 of cell 2 is "", not a number/);
  const many = Array.from({ length: 150 }, (_, i) => `${i},${i},1,1,T`).join("\n");
  await fails(`CD4,CD8,x,y,cell_type\n${many}\nNaN,1,1,1,T\n`, /row 152, column CD4 is "NaN", not a number/);
  await fails(GOOD.replace("1.25", "Infinity"), /marker CD4 of cell 2 is Infinity, not a finite number/);
});

Deno.test("readSpatial says what it needs where labels or places are missing", async () => {
  await fails(GOOD.replace("cell_type_A", "kind"), /no column of labels.*--label-key.*kind/);
  await fails(GOOD, /no column of labels nothing/, { labelKey: "nothing" });
  await fails(GOOD.replace(",x,", ",across,"), /every cell needs its place.*x or/);
});
