import assert from "node:assert/strict";
import { fitAngleRegression } from "../../lib/baselines/mod.ts";
import { meanAngleError } from "../../lib/metrics/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";

/** Angles seen through noisy cosines and sines of several features. */
function noisyCircle(rows: number, noise: number, seed: number) {
  const rng = createRng(seed);
  const angles = Float32Array.from({ length: rows }, () => 2 * Math.PI * rng.uniform());
  const cols = 12;
  const data = Float32Array.from({ length: rows * cols }, (_, at) => {
    const angle = angles[Math.floor(at / cols)];
    return Math.cos(angle - at % cols) + noise * rng.normal() + 3;
  });
  return { angles, table: { data, rows, cols } };
}

const validation = Int32Array.from({ length: 40 }, (_, i) => i);

Deno.test("fitAngleRegression finds the angle behind noisy features, all round the circle", () => {
  const known = noisyCircle(300, 0.3, 1), unseen = noisyCircle(200, 0.3, 2);
  const called = fitAngleRegression(known.table, known.angles, { validation }).predict(unseen.table);
  // 12 features of noise 0.3 leave sqrt(2 / 12) * 0.3 = 0.12 rad, whose mean absolute value is 0.1.
  assert.ok(meanAngleError(unseen.angles, called) < 0.14);
});

Deno.test("fitAngleRegression is no better than a guess where angles have nothing to do with features", () => {
  const known = noisyCircle(300, 0.3, 3), unseen = noisyCircle(200, 0.3, 4);
  const shuffled = createRng(4).shuffle(known.angles.slice());
  const called = fitAngleRegression(known.table, shuffled, { validation }).predict(unseen.table);
  assert.ok(meanAngleError(unseen.angles, called) > 1); // pi / 2 for a guess, 0.1 with the true angles
});

Deno.test("fitAngleRegression of one feature is ridge regression in closed form", () => {
  const angles = Float32Array.of(0.1, 0.4, 0.9, 1.3, 1.1, 0.2);
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const model = fitAngleRegression({ data, rows: 6, cols: 1 }, angles, {
    validation: Int32Array.of(0, 5),
  });
  const sd = Math.sqrt(35 / 12);
  const at = (x: number, of: (angle: number) => number) => {
    const y = Array.from(angles, of);
    const mean = y.reduce((sum, v) => sum + v, 0) / 6;
    const slope = y.reduce((sum, v, i) => sum + v * (data[i] - 3.5) / sd, 0) / 6 / (1 + model.penalty);
    return mean + slope * (x - 3.5) / sd;
  };
  const [called] = model.predict({ data: Float32Array.of(2.5), rows: 1, cols: 1 });
  assert.ok(Math.abs(called - Math.atan2(at(2.5, Math.sin), at(2.5, Math.cos))) < 1e-3); // L-BFGS to 1e-5
});

Deno.test("fitAngleRegression refuses angles that do not match and nothing to validate on", () => {
  const { table, angles } = noisyCircle(20, 0.1, 5);
  assert.throws(() => fitAngleRegression(table, angles.subarray(1), { validation }), /20 rows to 19 angles/);
  assert.throws(() => fitAngleRegression(table, angles, { validation: new Int32Array() }), /0 to validate/);
});
