import assert from "node:assert/strict";
import { calibrationError, reliability } from "lib/experiments/zero_shot/mod.ts";

Deno.test("reliability bins answers by confidence and calibrationError weighs the gaps", () => {
  const bins = reliability([0.95, 0.93, 0.15, 1], [true, false, false, true]);
  assert.equal(bins.length, 2);
  assert.deepEqual(bins.map(({ cells }) => cells), [1, 3]);
  assert.ok(Math.abs(bins[1].accuracy - 2 / 3) < 1e-9);
  const expected = (0.15 + 3 * Math.abs((0.95 + 0.93 + 1) / 3 - 2 / 3)) / 4;
  assert.ok(Math.abs(calibrationError(bins) - expected) < 1e-9);
});

Deno.test("calibrationError is 0 where half of the even answers are right", () => {
  assert.equal(calibrationError(reliability([0.5, 0.5], [true, false])), 0);
});
