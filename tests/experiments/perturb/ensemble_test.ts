import assert from "node:assert/strict";
import { createRng } from "../../../lib/runtime/mod.ts";
import {
  changeOf,
  fitEnsemble,
  type FitPerturbation,
  fitWinner,
  simulatedSet,
  splitConditions,
  withoutTest,
} from "../../../lib/experiments/perturb/mod.ts";
import { changeModel } from "../../../lib/experiments/perturb/learn/changes.ts";
import { SMALL_SCREEN } from "./small_screen.ts";

const set = simulatedSet({ seed: 3 }, { ...SMALL_SCREEN, pairs: 0 });
const [split] = splitConditions(set, "leave-genes-out", { seed: 3 });
const visible = withoutTest(set, split);
const options = { seed: 3, terms: new Map() };
const changes = new Map(set.conditions.map((condition) => [condition.name, changeOf(condition)]));

/** A model that tells the measured change of a condition, less or more right. */
const oracle =
  (name: string, blur: (change: Float32Array, name: string) => Float32Array): FitPerturbation => () => ({
    ...changeModel(name, (target) => blur(changes.get(target.name)!, target.name)),
    heldOut: new Map([...changes].map(([condition, change]) => [condition, blur(change, condition)])),
    recipe: {
      kind: "learned",
      name,
      learner: "mean",
      description: "",
      choice: { setting: {}, power: 0, size: 1 },
    },
  });
const even = oracle("even", (change) => change.map((value, gene) => gene % 2 === 0 ? value : 0));
const odd = oracle("odd", (change) => change.map((value, gene) => gene % 2 === 1 ? 5 * value : 0));
const noise = oracle("noise", (change, name) => {
  const rng = createRng(name);
  return change.map(() => rng.normal());
});

Deno.test("fitEnsemble joins models that know different genes, whatever their size, and leaves noise out", async () => {
  const model = await fitEnsemble("ensemble", [noise, even, odd])(visible, split, options);
  const recipe = model.recipe!;
  assert.ok(recipe.kind === "ensemble");
  assert.deepEqual(recipe.members.map((member) => member.recipe.name), ["even", "odd"]);
  const [target] = set.conditions.filter(({ name }) => name === split.test[0]);
  const [called, real] = [model.change!(target), changes.get(target.name)!];
  const error = called.reduce((sum, value, gene) => sum + (value - real[gene]) ** 2, 0);
  assert.ok(error < 0.1 * real.reduce((sum, value) => sum + value ** 2, 0), `${error}`);
});

Deno.test("fitEnsemble predicts a condition held out by weights in which it had no part", async () => {
  const name = split.train[0];
  const liar = oracle(
    "liar",
    (change, condition) => condition === name ? change : change.map((value) => -value),
  );
  const model = await fitEnsemble("ensemble", [liar, even])(visible, split, options);
  assert.ok(model.heldOut!.get(name)!.every((value, gene) => gene % 2 === 0 || value === 0)); // even alone
});

Deno.test("fitWinner keeps the model that does best on conditions held out", async () => {
  const model = await fitWinner("auto", [noise, even, odd])(visible, split, options);
  assert.equal(model.name, "auto");
  assert.ok(["even", "odd"].includes(model.recipe!.name));
});
