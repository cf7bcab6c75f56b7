import assert from "node:assert/strict";
import { nodeChange } from "../../../lib/experiments/perturb/gears/frame.ts";
import { byGenes, learnChosen, type ModelSpec, termFeatures } from "../../../lib/experiments/perturb/mod.ts";
import { GENES, TOY_SPLIT, TOY_TERMS, toySet } from "./gears_fixture.ts";

const set = toySet();
/** The toy's modules by four terms each, so that they outweigh each gene's own. */
const terms = new Map([...TOY_TERMS].map(([gene, own]) => {
  const [module] = own;
  return [gene, new Set([...own, `${module} b`, `${module} c`, `${module} d`])];
}));
const description = byGenes(termFeatures("go", terms));
const spec: ModelSpec = { name: "kriging_go", learner: "kriging", description, powers: [0] };
const named = (names: readonly string[]) => set.conditions.filter(({ name }) => names.includes(name));
const size = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0));
const less = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a, (value, i) => value - b[i]);
const [control] = set.controls;
const learn = (conditions: typeof set.conditions) =>
  learnChosen(spec, { genes: GENES, conditions, seed: 1 }).change;

Deno.test("kriging finds effects that add up, and predicts a pair that it has not seen", () => {
  const change = learn(named(TOY_SPLIT.train));
  const [held] = named(TOY_SPLIT.test);
  const real = less(held.mean, held.control.mean);
  assert.ok(size(less(change(held), real)) < 0.3 * size(real)); // what is left is the noise of 24 cells
  const turned = { ...held, perturbed: held.perturbed.toReversed() };
  assert.deepEqual(change(turned), change(held));
});

Deno.test("kriging lets a gene that was never perturbed do what its neighbours do", () => {
  // Genes 0 to 2 share a module and, here, an effect; genes 3 to 5 have the opposite one.
  const alike = set.conditions.slice(0, 6).map((condition, gene) => ({
    ...condition,
    mean: control.mean.map((value, i) =>
      value + (gene < 3 ? 1 : -1) * (i % 2) + 0.02 * Math.sin(i + 5 * gene)
    ),
  }));
  const [left, ...train] = alike;
  const real = less(left.mean, control.mean);
  assert.ok(size(less(learn(train)(left), real)) < 0.5 * size(real));
});

Deno.test("nodeChange changes nothing where nothing is perturbed, and else as its genes", () => {
  const change = learn(named(TOY_SPLIT.train));
  const byNode = nodeChange(change, { names: GENES, genes: GENES.length, control });
  assert.ok(byNode([]).every((value) => value === 0));
  assert.deepEqual(byNode([1, 4]), change({ name: "", perturbed: [GENES[1], GENES[4]], control }));
});
