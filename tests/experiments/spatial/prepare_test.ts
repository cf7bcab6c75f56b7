import assert from "node:assert/strict";
import { createRng } from "../../../lib/runtime/mod.ts";
import {
  drawCells,
  joinParts,
  keepCommonTypes,
  parseSpatialSplit,
  requirePanel,
  ruleOf,
  splitBy,
  unseenTypes,
} from "../../../lib/experiments/spatial/mod.ts";
import { twoTypes } from "./helpers.ts";

const labels = (text: string) => [...text].map((letter) => letter === "-" ? null : letter);

Deno.test("keepCommonTypes leaves a one-cell class out and says so; its cell stays as a neighbour", () => {
  const { cells, notes } = keepCommonTypes(twoTypes(labels("AAABBBC-")), { minCells: 2 });
  assert.deepEqual(cells.labels, labels("AAABBB--"));
  assert.equal(cells.x.length, 8);
  assert.deepEqual(notes, ["left out, fewer than 2 cells: C (1)"]);
  assert.throws(
    () => keepCommonTypes(twoTypes(labels("AAAB")), { minCells: 2 }),
    /1 of the 2 types in cell_type have at least 2/,
  );
});

Deno.test("joinParts takes markers by name, names what training never met, and refuses a missing marker", () => {
  const train = { ...twoTypes(labels("AB")), name: "train" };
  const swapped = { ...twoTypes(labels("BC")), name: "test", markers: ["CD8", "CD4"] };
  const { cells, notes } = joinParts(train, swapped);
  assert.deepEqual(cells.isTest, [false, false, true, true]);
  // columns of the test file change places
  assert.deepEqual(Array.from(cells.values.slice(4)), [
    swapped.values[1],
    swapped.values[0],
    swapped.values[3],
    swapped.values[2],
  ]);
  assert.deepEqual(notes, []);
  assert.deepEqual(unseenTypes(cells), ["C"]);
  assert.throws(
    () => joinParts(train, { ...swapped, markers: ["CD8", "CD3"] }),
    /Cannot use test: it lacks the marker CD4 of train/,
  );
});

Deno.test("requirePanel names the markers that are missing", () => {
  requirePanel(twoTypes(labels("AB")), ["CD8"]);
  assert.throws(
    () => requirePanel(twoTypes(labels("AB")), ["CD8", "MUC2"]),
    /lacks 1 of the 2 markers of this set \(MUC2\)/,
  );
});

Deno.test("drawCells keeps the labels of so many cells a part", () => {
  const cells = { ...twoTypes(labels("ABABABAB")), isTest: [..."00001111"].map((part) => part === "1") };
  const drawn = drawCells(cells, { train: 3, test: 2 }, createRng("draw"));
  const left = drawn.labels.map((label) => label !== null);
  assert.equal(left.slice(0, 4).filter(Boolean).length, 3);
  assert.equal(left.slice(4).filter(Boolean).length, 2);
});

Deno.test("ruleOf parts a tissue at the middle of x, or draws shares anew for each repeat", () => {
  const cells = twoTypes(labels("ABABABABABABABABABAB"));
  const half = splitBy(cells, ruleOf(cells, "left-right", { seed: 1, repeat: 0 }), 1);
  assert.ok(half.test.every((row) => cells.x[row] > 10) && half.train.every((row) => cells.x[row] <= 10));
  const drawn = [0, 1].map((repeat) => splitBy(cells, ruleOf(cells, "70-30", { seed: 1, repeat }), 1).test);
  assert.deepEqual(drawn.map(({ length }) => length), [6, 6]);
  assert.notDeepEqual(drawn[0], drawn[1]);
});

Deno.test("parseSpatialSplit knows the ways and says so", () => {
  const cells = twoTypes(labels("AB"));
  assert.equal(parseSpatialSplit("70/30", cells), "70-30");
  assert.equal(parseSpatialSplit("left-right", cells), "left-right");
  assert.equal(parseSpatialSplit("files", { ...cells, isTest: [false, true] }), "files");
  assert.throws(() => parseSpatialSplit("files", cells), /needs --test FILE/);
  assert.throws(() => parseSpatialSplit("up-down", cells), /expected left-right, shares/);
});
