import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import { clipGlobalNorm, createAdamW } from "../../lib/kernels/mod.ts";
import "./backends.ts";
import { randomPlain, toTensor } from "./helpers.ts";

const SHAPES = { weight: [5, 3], bias: [7] };

const makeParams = (): Map<string, tf.Variable> =>
  new Map(
    Object.entries(SHAPES).map(([name, shape]) => [name, tf.variable(toTensor(randomPlain(shape, name)))]),
  );

const gradientsOf = (step: number): Map<string, tf.Tensor> =>
  new Map(
    Object.entries(SHAPES).map(([name, shape]) => [name, toTensor(randomPlain(shape, `${name}/${step}`))]),
  );

const numbersOf = async (tensors: ReadonlyMap<string, tf.Tensor>) =>
  await Promise.all([...tensors.values()].map(async (tensor) => [...await tensor.data()]));

Deno.test("createAdamW resumed from its state continues to the bit", async () => {
  const params = makeParams();
  const optimiser = createAdamW(params);
  for (const step of [0, 1]) optimiser.step(gradientsOf(step), 0.01);
  const resumedParams = new Map([...params].map(([name, p]) => [name, tf.variable(p.clone())]));
  const resumed = createAdamW(resumedParams);
  resumed.restore(optimiser.state());
  for (const step of [2, 3, 4]) {
    optimiser.step(gradientsOf(step), 0.01);
    resumed.step(gradientsOf(step), 0.01);
  }
  assert.deepEqual(await numbersOf(resumedParams), await numbersOf(params));
  assert.equal(resumed.state().steps, 5);
});

Deno.test("createAdamW decays only the parameters it is told to", async () => {
  const params = makeParams();
  const before = await numbersOf(params);
  const optimiser = createAdamW(params, { weightDecay: 0.5, decays: (name) => name === "weight" });
  const zeros = new Map([...params].map(([name, p]) => [name, tf.zerosLike(p)]));
  optimiser.step(zeros, 0.1);
  const [weight, bias] = await numbersOf(params);
  assert.deepEqual(bias, before[1]);
  // One multiplication by 0.95 in float32.
  weight.forEach((value, i) => assert.ok(Math.abs(value - 0.95 * before[0][i]) < 1e-6));
});

Deno.test("createAdamW leaves parameters without a gradient alone and refuses unknown names", async () => {
  const params = makeParams();
  const [, bias] = await numbersOf(params);
  const optimiser = createAdamW(params);
  optimiser.step(new Map([["weight", gradientsOf(0).get("weight")!]]), 0.1);
  assert.deepEqual((await numbersOf(params))[1], bias);
  assert.throws(() => optimiser.step(new Map([["other", tf.zeros([2])]]), 0.1), {
    tag: "model",
    message: /other/,
  });
});

Deno.test("createAdamW moves parameters in place, but no clone of them", async () => {
  const params = makeParams();
  const clones = new Map([...params].map(([name, p]) => [name, p.clone()]));
  const before = await numbersOf(clones);
  const optimiser = createAdamW(params);
  optimiser.step(gradientsOf(0), 0.1);
  assert.deepEqual(await numbersOf(clones), before);
  const [moved, tensors] = [await numbersOf(params), tf.memory().numTensors];
  optimiser.step(gradientsOf(1), 0.1);
  assert.notDeepEqual(await numbersOf(params), moved);
  assert.equal(tf.memory().numTensors, tensors + 2); // the gradients
});

Deno.test("createAdamW restore refuses moments of another model", () => {
  const optimiser = createAdamW(makeParams());
  const state = optimiser.state();
  state.first.set("bias", new Float32Array(2));
  assert.throws(() => optimiser.restore(state), { tag: "model", message: /bias has 2 numbers, 7 expected/ });
});

Deno.test("clipGlobalNorm scales to the given norm and keeps smaller gradients as they are", async () => {
  const small = gradientsOf(0);
  const { gradients, norm } = clipGlobalNorm(small, 1e6);
  assert.equal(gradients, small);
  const clipped = clipGlobalNorm(gradients, norm / 4);
  const squares = (await numbersOf(clipped.gradients)).flat().map((v) => v * v);
  const after = Math.sqrt(squares.reduce((sum, v) => sum + v, 0));
  assert.ok(Math.abs(after / (norm / 4) - 1) < 1e-5); // float32 sums of 22 squares
  assert.ok([...small.values()].every((g) => g.isDisposed));
});
