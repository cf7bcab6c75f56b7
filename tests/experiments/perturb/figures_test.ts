import assert from "node:assert/strict";
import {
  cellsFigure,
  effectsFigure,
  exampleConditions,
  groupFigure,
  interactionFigure,
  leagueFigure,
  leagueFrame,
  reporterFigure,
  volcanoFigure,
} from "../../../lib/chapters/perturb/mod.ts";
import {
  comparePerturbations,
  fitChosen,
  leagueTable,
  NO_CHANGE,
  type PerturbationModel,
  simulatedSet,
  splitConditions,
  TRAIN_MEAN,
} from "../../../lib/experiments/perturb/mod.ts";
import { SMALL_SCREEN } from "./small_screen.ts";

const set = simulatedSet({ seed: 2 }, SMALL_SCREEN);
const splits = splitConditions(set, "simulation", { seed: 2 });
const models = [NO_CHANGE, TRAIN_MEAN].map((spec) => ({ name: spec.name, fit: fitChosen(spec) }));
const terms = set.terms ?? new Map();
const scored = await comparePerturbations(set, { splits, models, terms, seed: 2 });
const league = leagueTable(scored, { seed: 2 });

/** A figure's trace in plain form. */
const trace = (figure: { data: unknown[] }, at = 0) =>
  figure.data[at] as Record<string, never[]> & { name?: string };

Deno.test("cellsFigure counts controls and each condition", () => {
  const { y, x } = trace(cellsFigure(set, "cells"));
  assert.deepEqual([y[0], x[0]], ["control", 40]);
  assert.equal(y.length, 1 + set.conditions.length);
});

Deno.test("volcanoFigure draws every gene once and refuses a condition that is not there", () => {
  const figure = volcanoFigure(set, set.conditions[0].name, "changes");
  const drawn = figure.data.reduce((sum, _, at) => sum + trace(figure, at).x.length, 0);
  assert.equal(drawn, set.genes.length);
  assert.throws(() => volcanoFigure(set, "Z+ctrl", "changes"), /Cannot find the condition "Z\+ctrl"/);
});

Deno.test("effectsFigure shows twenty genes and what the models said of them", () => {
  const condition = splits[0].test[0];
  const figure = effectsFigure(set, scored, {
    condition,
    models: ["train_mean", "no_change"],
    title: "effects",
  });
  assert.deepEqual(figure.data.map((_, at) => trace(figure, at).name), ["cells", "train_mean", "no_change"]);
  assert.equal(trace(figure).x.length, 20);
  assert.ok(trace(figure, 2).y.every((value) => value === 0));
});

Deno.test("leagueFigure, groupFigure and leagueFrame put the better model first", () => {
  const points = leagueFigure(league, { title: "league" });
  assert.deepEqual([...trace(points).y], ["train_mean", "no_change"]);
  assert.equal(leagueFrame(league).getColumn("model").get(0), "train_mean");
  const groups = groupFigure(league, { title: "groups", models: ["train_mean"] });
  assert.ok(
    [...trace(groups).x].every((name) => /^(pair, (none|one|both) seen|single, unseen)$/.test(name)),
    `${trace(groups).x}`,
  );
});

Deno.test("interactionFigure of a model that knows the truth is symmetric, and of an additive one blank below", () => {
  const truth = set.truthOf!;
  const [{ mean }] = set.controls;
  const modelOf = (change: (genes: readonly string[]) => Float32Array): PerturbationModel => ({
    name: "test",
    predict: ({ perturbed }) => change(perturbed).map((value, gene) => value + mean[gene]),
  });
  const z = (model: PerturbationModel) =>
    trace(interactionFigure(set, model, { title: "map", perPathway: 2 })).z as unknown as number[][];
  const known = z(modelOf(truth));
  assert.equal(known.length, 8);
  known.forEach((row, i) => row.forEach((value, j) => assert.ok(Math.abs(value - known[j][i]) < 1e-4)));
  assert.ok(known.flat().some((value) => value < -0.3), "some pair does less than its parts");
  const sum = (genes: readonly string[]) =>
    genes.map((gene) => truth([gene])).reduce((a, b) => a.map((value, gene) => value + b[gene]));
  z(modelOf(sum)).forEach((row, i) => row.slice(0, i).forEach((value) => assert.ok(Math.abs(value) < 1e-4)));
});

Deno.test("exampleConditions takes those that change most where no effect is known", () => {
  const examples = exampleConditions(set);
  assert.equal(examples.length, 4);
  assert.ok(examples.every(({ name }) => set.conditions.some((condition) => condition.name === name)));
});

Deno.test("reporterFigure draws the measured change first, then each model's, a group a lost gene", () => {
  const call = { condition: "A+ctrl", observed: -1, half: null, rank: 1, genes: 9 };
  const calls = [{ ...call, model: "m", predicted: -0.5 }, { ...call, model: "n", predicted: 0.2 }];
  const figure = reporterFigure(calls, { title: "reporter", models: ["n"] });
  assert.deepEqual(figure.data.map(({ name }) => name), ["measured", "n"]);
  assert.deepEqual([trace(figure).x[0], trace(figure).y[0], trace(figure, 1).y[0]], ["A lost", -1, 0.2]);
});
