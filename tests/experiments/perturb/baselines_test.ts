import assert from "node:assert/strict";
import { fitRegressionForest } from "../../../lib/baselines/mod.ts";
import { pearson } from "../../../lib/metrics/mod.ts";
import { createRng } from "../../../lib/runtime/mod.ts";
import {
  byTerms,
  type Condition,
  fitAdditive,
  fitForest,
  fitLinear,
  fitNoChange,
  type FitPerturbation,
  fitSimilar,
  fitTrainMean,
  type PerturbationSet,
  type PerturbationSplit,
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
const terms = new Map(set.perturbable.map((gene) => [gene, new Set([`pathway ${gene[0]}`, `own ${gene}`])]));

const changeBy = async (fit: FitPerturbation, name: string) => {
  const target = set.conditions.find((known) => known.name === name)!;
  const model = await fit(set, split, { seed: 1, terms });
  return {
    called: model.predict(target).map((value) => value - 2),
    real: target.mean.map((value) => value - 2),
  };
};

const near = (a: Float32Array, b: Float32Array, error = 1e-5) => assertClose(a, b, error);

Deno.test("fitNoChange and fitTrainMean say the same of every condition", async () => {
  near((await changeBy(fitNoChange, "A4+ctrl")).called, new Float32Array(12));
  const mean = Float32Array.from(GENES, (_, g) => 0.3 * (3 * EFFECTS.A[g] + 2 * EFFECTS.B[g]) / 5);
  near((await changeBy(fitTrainMean, "A4+ctrl")).called, mean);
});

Deno.test("fitAdditive sums two known singles and takes the mean single for one that is not", async () => {
  const both = await changeBy(fitAdditive, "A1+B1");
  near(both.called, both.real);
  const mean = (await changeBy(fitTrainMean, "A4+ctrl")).called;
  const half = await changeBy(fitAdditive, "A2+B9");
  near(half.called, Float32Array.from(mean, (value, g) => value + 0.3 * EFFECTS.A[g]));
});

for (const [name, make] of Object.entries({ linear: fitLinear, knn: fitSimilar, forest: fitForest })) {
  Deno.test(`${name} on terms tells the pathway of a gene that it has not seen`, async () => {
    const fit = make(name, byTerms);
    for (const held of ["A4+ctrl", "B4+ctrl"]) {
      const { called, real } = await changeBy(fit, held);
      assert.ok(pearson(called, real) > 0.95, `${held}: ${pearson(called, real)}`);
    }
  });

  Deno.test(`${name} on terms falls back on the mean for a gene without terms`, async () => {
    const fit = make(name, byTerms);
    const model = await fit(set, split, { seed: 1, terms });
    const { called } = await changeBy(fitTrainMean, "A4+ctrl");
    near(model.predict({ name: "Z+ctrl", perturbed: ["Z"], control }).map((value) => value - 2), called);
  });
}

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
