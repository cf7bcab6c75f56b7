import assert from "node:assert/strict";
import { join } from "node:path";
import { resultSchema } from "../../../lib/metrics/mod.ts";
import {
  baselinesFor,
  chooseModels,
  comparePerturbations,
  type Condition,
  type FitPerturbation,
  geneFeatures,
  leagueTable,
  perturbationResult,
  reporterCalls,
  reporterMetrics,
  scorePrediction,
  simulatedSet,
  splitConditions,
  withoutTest,
  writeConditionScores,
} from "../../../lib/experiments/perturb/mod.ts";

const SMALL = {
  pathways: 4,
  regulators: 3,
  programs: 4,
  targets: 8,
  others: 8,
  pairs: 20,
  cells: 20,
  controls: 100,
};
const set = simulatedSet({ seed: 4 }, SMALL);
const splits = splitConditions(set, "simulation", { seed: 4, repeats: 2 });
const terms = set.terms ?? new Map();
const { features } = await geneFeatures(set, { terms });
const models = baselinesFor(set, { features });
const FACTS = { seconds: 1, cells_per_second: 1, peak_mb: 1, versions: {} };

const target: Condition = {
  name: "A+ctrl",
  perturbed: ["A"],
  scored: new Uint8Array(4).fill(1),
  differential: Int32Array.of(0, 3),
  control: {
    context: "",
    cells: { data: new Float32Array(4), rows: 1, cols: 4 },
    mean: Float32Array.of(1, 1, 1, 1),
  },
  cells: { data: new Float32Array(4), rows: 1, cols: 4 },
  mean: Float32Array.of(2, 1, 1, 0),
};

Deno.test("scorePrediction by hand", () => {
  const scores = scorePrediction(target, Float32Array.of(1.5, 1, 1, 1.5));
  assert.equal(scores.mse, (0.25 + 2.25) / 4);
  assert.equal(scores.mse_de, (0.25 + 2.25) / 2);
  assert.equal(scores.normalised_mse, 2.5 / 2);
  assert.equal(scores.direction, 0.5); // the first gene rises as predicted, the last falls
  assert.equal(scores.pearson_delta, 0);
  assert.equal(scores.pearson_truth, undefined);
});

Deno.test("scorePrediction of the truth is perfect, of no change it explains nothing", () => {
  const perfect = scorePrediction(target, target.mean);
  assert.deepEqual([perfect.mse, perfect.direction, perfect.normalised_mse_de], [0, 1, 0]);
  assert.ok(Math.abs((perfect.pearson_delta ?? 0) - 1) < 1e-9);
  const none = scorePrediction(target, target.control.mean);
  assert.deepEqual([none.pearson_delta, none.direction, none.normalised_mse], [0, 0, 1]);
});

Deno.test("comparePerturbations hands no test condition to a model", async () => {
  const seen = new Set<string>();
  const spy: FitPerturbation = (visible, split) => {
    visible.conditions.forEach(({ name }) => seen.add(`${split.name}/${name}`));
    return { name: "spy", predict: ({ control }) => control.mean };
  };
  await comparePerturbations(set, { splits, models: [{ name: "spy", fit: spy }], terms, seed: 1 });
  for (const split of splits) {
    assert.ok(split.train.every((name) => seen.has(`${split.name}/${name}`)));
    assert.ok(split.test.every((name) => !seen.has(`${split.name}/${name}`)));
    assert.equal(withoutTest(set, split).conditions.length, split.train.length + split.validation.length);
  }
});

Deno.test("the league on a simulated network: terms beat the mean, and everything beats no change", async () => {
  const scored = await comparePerturbations(set, { splits, models, terms, seed: 1 });
  const league = leagueTable(scored, { seed: 1 });
  const of = (model: string) => league.find((row) => row.model === model)!;
  assert.deepEqual(league.map(({ model }) => model), models.map(({ name }) => name));
  assert.deepEqual(
    league.map(({ model }) => model),
    [
      ...["no_change", "train_mean", "mean_direction", "additive", "linear_pca"],
      ...["linear_go", "knn_go", "forest_go", "kriging_go", "ensemble", "auto"],
    ],
  );
  assert.equal(of("no_change").interval.mean, 0);
  for (const row of league.slice(1)) assert.ok(row.interval.mean > 0.1, `${row.model} ${row.interval.mean}`);
  assert.ok((of("forest_go").gain?.low ?? 0) > 0, `${of("forest_go").gain?.low}`);
  assert.ok((of("additive").means.pearson_truth ?? 0) > (of("train_mean").means.pearson_truth ?? 0));
  assert.deepEqual(
    Object.keys(of("additive").groups).every((group) => /^(unseen_single|combo_seen[012])$/.test(group)),
    true,
  );
  const result = perturbationResult(set, { league, scored, splits }, {
    set: "simulated",
    split: "simulation",
    preset: "none",
    seed: 1,
    backend: "none",
    checkpoint: "none",
    facts: FACTS,
  });
  assert.equal(result.data.model, "auto");
  assert.ok(resultSchema.safeParse(result).success);
  assert.deepEqual(
    Object.keys(result.baselines).sort(),
    models.map(({ name }) => name).filter((name) => name !== "auto").sort(),
  );
  const folder = await Deno.makeTempDir();
  const lines = (await Deno.readTextFile(await writeConditionScores("simulated", scored, folder))).trimEnd()
    .split("\n");
  assert.equal(lines.length, 1 + scored.length);
  assert.equal(join(folder, "perturb-simulated.conditions.tsv").length > 0, true);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("reporterCalls ranks a reporter among all genes, ties as the worst, and has its interval", () => {
  const row = (model: string, predicted: number[]) => ({
    split: "1",
    model,
    group: "unseen_single",
    scores: {},
    condition: target,
    predicted: Float32Array.from(predicted),
    ...(model === "good" && { halves: Float32Array.of(1, 0.25, 1, 1) }),
  });
  const effect = { reporter: "R", perturbed: ["A"], what: "" };
  const calls = reporterCalls([row("good", [1, 0.5, 1.2, 1]), row("none", [1, 1, 1, 1])], [
    "P",
    "R",
    "Q",
    "S",
  ], effect);
  assert.deepEqual(calls.map(({ model, rank, predicted, half }) => [model, rank, predicted, half]), [
    ["good", 1, -0.5, 0.25],
    ["none", 4, 0, null],
  ]);
  assert.deepEqual(reporterMetrics(calls.slice(0, 1), effect), { r_lowered: 1, r_rank: 1, r_rank_a: 1 });
  assert.deepEqual(reporterCalls([row("good", [1, 1, 1, 1])], ["P", "Q", "S", "T"], effect), []);
});

Deno.test("chooseModels takes names in the order of the set and refuses others", () => {
  assert.deepEqual(chooseModels(models, ["forest_go", "no_change"]).map(({ name }) => name), [
    "no_change",
    "forest_go",
  ]);
  assert.throws(
    () => chooseModels(models, ["gpt"]),
    /Cannot run the model "gpt" on this set: it has no_change, train_mean/,
  );
});
