import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type PerturbationSplit,
  readSplits,
  splitConditions,
  type Splittable,
  writeSplits,
} from "../../../lib/experiments/perturb/mod.ts";

const empty = { data: new Float32Array(0), rows: 0, cols: 0 };

/** Names of conditions, without cells: splitting looks at nothing else. */
function splittable(
  conditions: readonly (readonly string[])[],
  contexts: readonly string[] = [""],
): Splittable {
  return {
    name: "test set",
    perturbable: [...new Set(conditions.flat())].sort(),
    conditions: contexts.flatMap((context) =>
      conditions.map((perturbed) => ({
        name: `${perturbed.length === 1 ? `${perturbed[0]}+ctrl` : perturbed.join("+")}${
          context && ` in ${context}`
        }`,
        perturbed,
        control: { context, cells: empty, mean: new Float32Array(0) },
      }))
    ),
  };
}

const GENES = Array.from({ length: 20 }, (_, i) => `G${i}`);
const PAIRS = GENES.flatMap((a, i) =>
  GENES.slice(i + 1).filter((_, j) => (i + j) % 3 === 0).map((b) => [a, b])
);
const SET = splittable([...GENES.map((gene) => [gene]), ...PAIRS]);

const genesOf = (names: readonly string[]) =>
  new Set(names.flatMap((name) => name.split("+")).filter((part) => part !== "ctrl"));

function requireParts(set: Splittable, { train, validation, test, groups }: PerturbationSplit) {
  const all = [...train, ...validation, ...test];
  assert.deepEqual(all.toSorted(), set.conditions.map(({ name }) => name).sort());
  assert.deepEqual(Object.keys(groups).sort(), test.toSorted());
}

Deno.test("simulation sees three quarters of the genes, and groups tests as GEARS does", () => {
  const [split] = splitConditions(SET, "simulation", { seed: 1 });
  requireParts(SET, split);
  const seen = genesOf([...split.train, ...split.validation]);
  assert.equal(seen.size, 15);
  for (const name of split.test) {
    const own = [...genesOf([name])];
    const known = own.filter((gene) => seen.has(gene)).length;
    assert.equal(split.groups[name], own.length === 1 ? "unseen_single" : `combo_seen${known}`);
  }
  const groups = new Set(Object.values(split.groups));
  assert.deepEqual([...groups].sort(), ["combo_seen0", "combo_seen1", "combo_seen2", "unseen_single"]);
});

Deno.test("simulation chooses by conditions of genes that training has not seen alone", () => {
  const [{ train, validation }] = splitConditions(SET, "simulation", { seed: 1 });
  const learned = genesOf(train);
  const singles = validation.filter((name) => name.endsWith("+ctrl"));
  assert.ok(singles.length > 0);
  for (const name of singles) assert.ok(!learned.has(name.replace("+ctrl", "")), name);
});

Deno.test("splits are the same for a seed and others for another", () => {
  const of = (seed: number) => splitConditions(SET, "simulation", { seed, repeats: 2 });
  assert.deepEqual(of(1), of(1));
  assert.notDeepEqual(of(1)[0].test, of(2)[0].test);
  assert.notDeepEqual(of(1)[0].test, of(1)[1].test);
});

Deno.test("leave-genes-out tests every condition of singles once, none of whose genes is in training", () => {
  const set = splittable(GENES.map((gene) => [gene]));
  const folds = splitConditions(set, "leave-genes-out", { seed: 3 });
  assert.equal(folds.length, 5);
  folds.forEach((split) => requireParts(set, split));
  assert.deepEqual(folds.flatMap(({ test }) => test).sort(), set.conditions.map(({ name }) => name).sort());
  for (const { train, validation, test } of folds) {
    assert.equal(genesOf(train).intersection(genesOf(test)).size, 0);
    assert.equal(validation.length, 2);
  }
});

Deno.test("leave-type-out leaves each background out once and chooses by another", () => {
  const set = splittable([["IFNB1"]], ["B cell", "T cell", "monocyte"]);
  const splits = splitConditions(set, "leave-type-out", { seed: 3 });
  splits.forEach((split) => requireParts(set, split));
  assert.deepEqual(splits.map(({ test }) => test.length), [1, 1, 1]);
  assert.deepEqual(
    new Set(splits.flatMap(({ groups }) => Object.values(groups))),
    new Set(["B cell", "T cell", "monocyte"]),
  );
  assert.throws(
    () => splitConditions(splittable([["A"]]), "leave-type-out", { seed: 1 }),
    /1 backgrounds.*three/,
  );
});

Deno.test("splitConditions refuses more folds than genes", () => {
  const few = splittable([["A"], ["B"], ["C"]]);
  assert.throws(() => splitConditions(few, "leave-genes-out", { seed: 1 }), /perturbs 3 genes, at least 5/);
  assert.throws(() => splitConditions(few, "simulation", { seed: 1 }), /perturbs 3 genes, at least 4/);
});

Deno.test("readSplits reads what writeSplits wrote and refuses what does not fit the set", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "splits.json");
    const splits = splitConditions(SET, "simulation", { seed: 1, repeats: 2 });
    await writeSplits(path, splits);
    assert.deepEqual(await readSplits(path, SET), splits);
    await assert.rejects(readSplits(path, splittable([["G0"], ["G1"]])), /the set has no condition "G/);
    const twice = { ...splits[0], test: [...splits[0].test, splits[0].train[0]] };
    await writeSplits(path, [twice]);
    await assert.rejects(readSplits(path, SET), /is in it twice/);
    await Deno.writeTextFile(path, `{"version": 1, "splits": [{"set": "x"}]}`);
    await assert.rejects(readSplits(path, SET), /field splits\.0\.name is wrong/);
    await Deno.writeTextFile(path, "{");
    await assert.rejects(readSplits(path, SET), /Cannot read the splits of/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
