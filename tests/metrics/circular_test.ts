import assert from "node:assert/strict";
import { angleBetween, circularCorrelation, circularMean, meanAngleError } from "../../lib/metrics/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import { assertClose } from "../close.ts";

const close = (actual: number, expected: number, tolerance = 1e-12) =>
  assertClose(actual, expected, tolerance);

Deno.test("angleBetween is the smaller way round, however many turns lie between", () => {
  close(angleBetween(0.1, 2 * Math.PI - 0.1), 0.2);
  close(angleBetween(1, 1 + 6 * Math.PI), 0);
  close(angleBetween(-3, 3), 2 * Math.PI - 6);
});

Deno.test("meanAngleError is zero for the truth, pi for its opposite and half of that for a guess", () => {
  const rng = createRng(2);
  const truth = Float64Array.from({ length: 4000 }, () => 2 * Math.PI * rng.uniform());
  close(meanAngleError(truth, truth), 0);
  close(meanAngleError(truth, truth.map((angle) => angle + Math.PI)), Math.PI);
  const guess = truth.map(() => 2 * Math.PI * rng.uniform());
  close(meanAngleError(truth, guess), Math.PI / 2, 0.06); // 4 standard errors of 4,000 uniform errors
});

Deno.test("circularMean crosses zero and heeds weights", () => {
  close(circularMean([0.2, -0.2 + 2 * Math.PI]), 0);
  close(circularMean([0, Math.PI / 2], [1, 1]), Math.PI / 4);
  close(circularMean([0, Math.PI / 2], [1, 0]), 0);
});

Deno.test("circularCorrelation is 1 for a turned copy, -1 for a mirrored one, about 0 for independent angles", () => {
  const rng = createRng(3);
  const a = Float64Array.from({ length: 500 }, () => rng.normal());
  close(circularCorrelation(a, a.map((angle) => angle + 2)), 1);
  close(circularCorrelation(a, a.map((angle) => 1 - angle)), -1);
  const b = a.map(() => rng.normal());
  close(circularCorrelation(a, b), 0, 0.18); // 4 standard errors of 500 pairs
});

Deno.test("circular metrics refuse lists that do not pair", () => {
  assert.throws(() => meanAngleError([], []), RangeError);
  assert.throws(() => circularCorrelation([1, 2], [1]), /1 predicted angles with 2 true ones/);
});
