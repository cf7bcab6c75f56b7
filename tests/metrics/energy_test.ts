import assert from "node:assert/strict";
import { bootstrapMean, energyDistance } from "../../lib/metrics/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";

const cloud = (shift: number, seed: string, rows = 400) => {
  const rng = createRng(seed);
  return { data: Float32Array.from({ length: rows * 2 }, () => shift + rng.normal()), rows, cols: 2 };
};

Deno.test("energyDistance is nought within a distribution and grows with the shift", () => {
  const own = energyDistance(cloud(0, "a"), cloud(0, "b"));
  const near = energyDistance(cloud(0, "a"), cloud(0.5, "c"));
  const far = energyDistance(cloud(0, "a"), cloud(2, "d"));
  assert.ok(Math.abs(own) < 0.03, `${own}`); // 400 points a sample: its standard error is about 0.01
  assert.ok(own < near && near < far, `${own} ${near} ${far}`);
});

Deno.test("energyDistance by hand: points 0 and 2 against 1 and 3", () => {
  const x = { data: Float32Array.of(0, 2), rows: 2, cols: 1 };
  const y = { data: Float32Array.of(1, 3), rows: 2, cols: 1 };
  assert.equal(energyDistance(x, y), 2 * (1 + 3 + 1 + 1) / 4 - 2 - 2);
});

Deno.test("energyDistance refuses clouds of other dimensions or of one point", () => {
  const one = { data: Float32Array.of(0), rows: 1, cols: 1 };
  assert.throws(() => energyDistance(one, one), /at least two each/);
});

Deno.test("bootstrapMean holds the mean, is seeded, and narrows with more values", () => {
  const values = Array.from({ length: 400 }, () => 0).map((_, i) => i % 10);
  const all = bootstrapMean(values, { rng: createRng(1) });
  const few = bootstrapMean(values.slice(0, 20), { rng: createRng(1) });
  assert.equal(all.mean, 4.5);
  assert.ok(all.low < 4.5 && 4.5 < all.high);
  assert.ok(all.high - all.low < few.high - few.low);
  assert.deepEqual(bootstrapMean(values, { rng: createRng(1) }), all);
  // the normal interval of 400 values of sd 2.87 is 4.5 ± 0.28; a thousand draws put each end within 0.03 of it
  assert.ok(Math.abs(all.high - 4.78) < 0.05, `${all.high}`);
});
