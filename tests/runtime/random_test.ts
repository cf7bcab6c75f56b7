import assert from "node:assert/strict";
import { createRng } from "../../lib/runtime/mod.ts";

const COUNT = 20_000;

/** Pearson correlation of a sequence with itself, one place on. */
function lagOne(values: number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const variance = centred.reduce((sum, value) => sum + value * value, 0);
  return centred.slice(1).reduce((sum, value, i) => sum + value * centred[i], 0) / variance;
}

const mean = (draw: () => number) => Array.from({ length: COUNT }, draw).reduce((a, b) => a + b, 0) / COUNT;

Deno.test("createRng gives the same numbers for the same seed, others for another", () => {
  const draw = (seed: number) => Array.from({ length: 5 }, createRng(seed).uniform);
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
});

Deno.test("split streams with neighbouring labels are unrelated from their first number on", () => {
  const root = createRng(3);
  const streams = Array.from({ length: COUNT }, (_, i) => root.split(`cell/${i}`));
  for (let draw = 0; draw < 3; draw++) {
    const correlation = lagOne(streams.map((stream) => stream.uniform()));
    assert.ok(Math.abs(correlation) < 4 / Math.sqrt(COUNT), `draw ${draw}: ${correlation}`); // four standard errors
  }
});

Deno.test("split does not advance the stream it is taken from", () => {
  const [a, b] = [createRng(4), createRng(4)];
  a.split("x").uniform();
  assert.equal(a.uniform(), b.uniform());
});

Deno.test("draws have the moments of their distributions", () => {
  const rng = createRng(5);
  // bounds are four standard errors of 20,000 draws
  assert.ok(Math.abs(mean(rng.uniform) - 0.5) < 4 * 0.289 / Math.sqrt(COUNT));
  assert.ok(Math.abs(mean(rng.normal)) < 4 / Math.sqrt(COUNT));
  for (const shape of [0.3, 1, 7.5]) {
    assert.ok(
      Math.abs(mean(() => rng.gamma(shape)) - shape) < 4 * Math.sqrt(shape / COUNT),
      `gamma ${shape}`,
    );
  }
  for (const rate of [0.2, 4, 31, 250]) {
    assert.ok(
      Math.abs(mean(() => rng.poisson(rate)) - rate) < 4 * Math.sqrt(rate / COUNT),
      `poisson ${rate}`,
    );
  }
});

Deno.test("sample and shuffle are permutations", () => {
  const rng = createRng(6);
  const chosen = rng.sample(50, 20);
  assert.equal(new Set(chosen).size, 20);
  assert.ok(chosen.every((i) => i >= 0 && i < 50));
  assert.deepEqual([...rng.shuffle([1, 2, 3, 4, 5])].sort(), [1, 2, 3, 4, 5]);
  assert.throws(() => rng.sample(3, 4), RangeError);
});
