import assert from "node:assert/strict";
import { fitRegressionForest } from "../../../lib/baselines/mod.ts";
import { pearson } from "../../../lib/metrics/mod.ts";
import { createRng } from "../../../lib/runtime/mod.ts";
import {
  ADDITIVE,
  byGenes,
  type Condition,
  fitChosen,
  type ModelSpec,
  NO_CHANGE,
  type PerturbationSet,
  type PerturbationSplit,
  termFeatures,
  TRAIN_MEAN,
} from "../../../lib/experiments/perturb/mod.ts";
import { assertClose } from "../../close.ts";

const GENES = Array.from({ length: 12 }, (_, i) => `G${i}`);
const rng = createRng(5);
const control = {
  context: "",
  cells: { data: new Float32Array(12), rows: 1, cols: 12 },
  mean: new Float32Array(12).fill(2),
};
/** What each of two pathways does; genes A* belong to the first, B* to the second. */
const EFFECTS = { A: GENES.map(() => rng.normal()), B: GENES.map(() => rng.normal()) };

function condition(perturbed: readonly string[]): Condition {
  const change = GENES.map((_, g) =>
    perturbed.reduce((sum, name) => sum + 0.3 * EFFECTS[name[0] as "A" | "B"][g], 0)
  );
  const mean = Float32Array.from(change, (value) => 2 + value);
  return {
    name: perturbed.length === 1 ? `${perturbed[0]}+ctrl` : perturbed.join("+"),
    perturbed,
    control,
    cells: { data: mean, rows: 1, cols: 12 },
    mean,
    differential: Int32Array.of(0, 1),
    scored: new Uint8Array(12).fill(1),
  };
}

const SINGLES = ["A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4"];
const set: PerturbationSet = {
  name: "two pathways",
  real: false,
  sha256: null,
  genes: GENES,
  scaledOver: GENES,
  total: 1,
  controls: [control],
  notes: [],
  conditions: [...SINGLES.map((gene) => condition([gene])), condition(["A1", "B1"]), condition(["A2", "B9"])],
  perturbable: [...SINGLES, "B9"],
};
const split: PerturbationSplit = {
  set: set.name,
  name: "by hand",
  groups: {},
  train: ["A1+ctrl", "A2+ctrl", "A3+ctrl", "B1+ctrl", "B2+ctrl"],
  validation: ["B3+ctrl"],
  test: ["A4+ctrl", "B4+ctrl", "A1+B1", "A2+B9"],
};
/** Four terms of its pathway, and one of its own. */
const termsOf = (gene: string) => [...[1, 2, 3, 4].map((i) => `pathway ${gene[0]} ${i}`), `own ${gene}`];
const terms = new Map(set.perturbable.map((gene) => [gene, new Set(termsOf(gene))]));

const changeBy = async (spec: ModelSpec, name: string) => {
  const target = set.conditions.find((known) => known.name === name)!;
  const model = await fitChosen(spec)(set, split, { seed: 1, terms });
  return {
    called: model.predict(target).map((value) => value - 2),
    real: target.mean.map((value) => value - 2),
  };
};

const near = (a: Float32Array, b: Float32Array, error = 1e-5) => assertClose(a, b, error);

Deno.test("no_change and train_mean say the same of every condition", async () => {
  near((await changeBy(NO_CHANGE, "A4+ctrl")).called, new Float32Array(12));
  const mean = Float32Array.from(GENES, (_, g) => 0.3 * (EFFECTS.A[g] + EFFECTS.B[g]) / 2);
  near((await changeBy(TRAIN_MEAN, "A4+ctrl")).called, mean); // validation conditions are learned from too
});

Deno.test("additive sums two known singles and takes the mean single for one that is not", async () => {
  const both = await changeBy(ADDITIVE, "A1+B1");
  near(both.called, both.real);
  const mean = (await changeBy(TRAIN_MEAN, "A4+ctrl")).called;
  const half = await changeBy(ADDITIVE, "A2+B9");
  near(half.called, Float32Array.from(mean, (value, g) => value + 0.3 * EFFECTS.A[g]));
});

const description = byGenes(termFeatures("go", terms));
const LEARNERS = ["linear", "knn", "forest", "kriging"] as const;

for (const learner of LEARNERS) {
  Deno.test(`${learner} on terms tells the pathway of a gene that it has not seen`, async () => {
    for (const held of ["A4+ctrl", "B4+ctrl"]) {
      const { called, real } = await changeBy({ name: learner, learner, description }, held);
      assert.ok(pearson(called, real) > 0.9, `${held}: ${pearson(called, real)}`);
    }
  });

  Deno.test(`${learner} on terms falls back on the mean for a gene without terms`, async () => {
    const spec: ModelSpec = { name: learner, learner, description, powers: [0], sized: false };
    const model = await fitChosen(spec)(set, split, { seed: 1, terms });
    const { called } = await changeBy(TRAIN_MEAN, "A4+ctrl");
    near(model.predict({ name: "Z+ctrl", perturbed: ["Z"], control }).map((value) => value - 2), called);
  });
}

Deno.test("fitChosen predicts every condition that it may see by a fit that had not seen it", async () => {
  const model = await fitChosen({ name: "forest_go", learner: "forest", description })(set, split, {
    seed: 1,
    terms,
  });
  assert.deepEqual([...model.heldOut!.keys()].sort(), [...split.train, ...split.validation].sort());
  for (const [name, change] of model.heldOut!) {
    const condition = set.conditions.find((own) => own.name === name)!;
    const real = condition.mean.map((value) => value - 2);
    assert.ok(pearson(change, real) > 0.9, `${name}: ${pearson(change, real)}`);
  }
});

Deno.test("fitChosen takes no notice of a strong outlier's size where changes count alike", async () => {
  const loud = set.conditions.map((condition) =>
    condition.name === "B3+ctrl"
      ? { ...condition, mean: condition.mean.map((value) => 2 + 50 * (value - 2)) }
      : condition
  );
  const spec: ModelSpec = { name: "mean", learner: "mean", description, powers: [1], sized: false };
  const [plain, shouted] = await Promise.all([set, { ...set, conditions: loud }].map(async (own) => {
    const model = await fitChosen(spec)(own, split, { seed: 1, terms });
    return model.change!(own.conditions[0]);
  }));
  near(plain, shouted, 1e-4);
});

Deno.test("fitRegressionForest follows a step in one feature among noise, is seeded, and refuses other row counts", () => {
  const rows = 60;
  const rng = createRng("step");
  const data = Float32Array.from({ length: rows * 3 }, () => rng.uniform());
  const targets = Float32Array.from({ length: rows * 2 }, (_, at) => {
    const high = data[Math.floor(at / 2) * 3 + 1] > 0.5;
    return (at % 2 === 0 ? 1 : -2) * Number(high);
  });
  const table = { data, rows, cols: 3 };
  const forest = fitRegressionForest(table, { data: targets, rows, cols: 2 }, { seed: 1, trees: 50 });
  const { data: called } = forest.predict({
    data: Float32Array.of(0.5, 0.9, 0.5, 0.5, 0.1, 0.5),
    rows: 2,
    cols: 3,
  });
  near(called, Float32Array.of(1, -2, 0, 0), 0.2);
  const again = fitRegressionForest(table, { data: targets, rows, cols: 2 }, { seed: 1, trees: 50 });
  assert.deepEqual(again.predict(table), forest.predict(table));
  assert.throws(
    () => fitRegressionForest(table, { data: targets, rows: 5, cols: 2 }, { seed: 1 }),
    /60 rows to 5/,
  );
});
