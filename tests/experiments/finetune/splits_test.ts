import assert from "node:assert/strict";
import { createRng } from "../../../lib/runtime/mod.ts";
import { splitCells, splitName, type SplitRule } from "../../../lib/baselines/splits.ts";

/** 40 of a, 20 of b, 3 of c, one of d, two without a label; donors in turn. */
const labels = [...Array(40).fill("a"), ...Array(20).fill("b"), "c", "c", "c", "d", null, null];
const groups = labels.map((_, row) => `donor ${row % 3}`);
const split = (rule: SplitRule, repeats = 1) =>
  splitCells({ labels, groups }, rule, { repeats, rng: createRng(3) });
const count = (rows: Int32Array, label: string) => rows.filter((row) => labels[row] === label).length;

Deno.test("splitCells draws 70/30 within each class and takes validation from the training part", () => {
  const [{ train, validation, test }] = split({ by: "cells" });
  assert.deepEqual(["a", "b", "c", "d"].map((label) => count(test, label)), [12, 6, 1, 0]);
  assert.deepEqual(["a", "b", "c", "d"].map((label) => count(validation, label)), [4, 2, 0, 0]);
  assert.equal(count(train, "d"), 1, "a class of one cell is learned from, never reported on");
  const all = [...train, ...validation, ...test];
  assert.equal(new Set(all).size, 64);
  assert.equal(all.length, 64, "no cell is in two parts, none without a label in any");
});

Deno.test("splitCells draws anew at each repeat and the same at each call", () => {
  const [first, second] = split({ by: "cells" }, 2);
  assert.notDeepEqual(first.test, second.test);
  assert.deepEqual(split({ by: "cells" }, 2)[1], second);
  assert.deepEqual([first.name, second.name], ["1", "2"]);
});

Deno.test("splitCells leaves each group out in turn, validation and all", () => {
  const folds = split({ by: "groups", of: "donor" });
  assert.deepEqual(folds.map(({ name }) => name), ["donor 0", "donor 1", "donor 2"]);
  for (const { name, train, validation, test } of folds) {
    assert.ok(test.every((row) => groups[row] === name));
    assert.ok([...train, ...validation].every((row) => groups[row] !== name));
  }
});

Deno.test("splitCells takes some shots of each class, and halves of a tissue by place", () => {
  const [{ train, validation, test }] = split({ by: "shots", shots: 5 });
  assert.equal(count(train, "a") + count(validation, "a"), 5);
  assert.equal(count(test, "a"), 35);
  assert.equal(count(test, "c"), 0, "fewer cells than shots are all learned from");
  const [halves] = split({ by: "place", name: "left-right", isTest: (row) => row >= 50 });
  assert.ok(halves.test.every((row) => row >= 50));
  assert.equal(count(halves.test, "d"), 1, "a class may be met first in the test half");
});

Deno.test("splitCells says what is missing when nothing can be left out or nothing is left", () => {
  assert.throws(
    () => splitCells({ labels }, { by: "groups", of: "patient" }, { repeats: 1, rng: createRng(1) }),
    /Cannot leave one patient out: the cells have 0/,
  );
  assert.throws(() => split({ by: "place", name: "nowhere", isTest: () => false }), /0 to report on/);
});

Deno.test("splitName names rules as results files do", () => {
  const names = ([
    { by: "cells" },
    { by: "cells", test: 0.2 },
    { by: "groups", of: "study" },
    { by: "shots", shots: 5 },
  ] satisfies SplitRule[]).map(splitName);
  assert.deepEqual(names, ["70/30", "80/20", "leave-one-study-out", "5-shot"]);
});
