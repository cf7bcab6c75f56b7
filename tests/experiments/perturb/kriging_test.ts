import assert from "node:assert/strict";
import { fitKriging, krigeChanges } from "../../../lib/experiments/perturb/kriging.ts";
import { perturbationGraph } from "../../../lib/experiments/perturb/perturbation_graph.ts";
import { TOY_SPLIT, TOY_TERMS, toySet } from "./gears_fixture.ts";

const set = toySet();
const graph = perturbationGraph(set, TOY_TERMS);
const named = (names: readonly string[]) => set.conditions.filter(({ name }) => names.includes(name));
const size = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0));
const less = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a, (value, i) => value - b[i]);

Deno.test("krigeChanges finds effects that add up, and predicts a pair that it has not seen", () => {
  const prior = krigeChanges(named(TOY_SPLIT.train), graph);
  const [held] = named(TOY_SPLIT.test);
  const change = less(held.mean, held.control.mean);
  assert.ok(size(less(prior([1, 4]), change)) < 0.3 * size(change)); // what is left is the noise of 24 cells
  assert.deepEqual(prior([1, 4]), prior([4, 1]));
});

Deno.test("krigeChanges predicts no change where nothing is perturbed", () => {
  const prior = krigeChanges(named(TOY_SPLIT.train), graph);
  assert.ok(prior([]).every((value) => value === 0));
});

Deno.test("krigeChanges lets a gene that was never perturbed do what its neighbours do", () => {
  // Genes 0 to 2 share a module and, here, an effect; genes 3 to 5 have the opposite one.
  const control = set.controls[0];
  const alike = set.conditions.slice(0, 6).map((condition, gene) => ({
    ...condition,
    mean: control.mean.map((value, i) =>
      value + (gene < 3 ? 1 : -1) * (i % 2) + 0.02 * Math.sin(i + 5 * gene)
    ),
  }));
  const [left, ...train] = alike;
  const change = less(left.mean, control.mean);
  assert.ok(size(less(krigeChanges(train, graph)([0]), change)) < 0.5 * size(change));
});

Deno.test("fitKriging is krigeChanges on the control mean", async () => {
  const [held] = named(TOY_SPLIT.test);
  const model = await fitKriging(set, TOY_SPLIT, { seed: 1, terms: TOY_TERMS });
  const change = krigeChanges(named(TOY_SPLIT.train), graph)([1, 4]);
  assert.equal(model.name, "kriging_go");
  assert.deepEqual(model.predict(held), held.control.mean.map((value, i) => Math.max(0, value + change[i])));
});
