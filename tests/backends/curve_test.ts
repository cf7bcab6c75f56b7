import assert from "node:assert/strict";
import { nanoLosses } from "tools/nano_training.ts";
import { BACKEND, onWasm } from "../kernels/backends.ts";

const STEPS = 12;

/**
 * Two float32 computations differ by about 1e-6 in a loss; each step of AdamW divides by the root of tiny second
 * moments and passes that on, so the curves part slowly. Relative to the loss.
 */
const TOLERANCE = 5e-4;

Deno.test(`nano trains on ${BACKEND} along the same curve as on wasm`, async () => {
  const expected = await onWasm(() => nanoLosses(STEPS));
  const losses = await nanoLosses(STEPS);
  losses.forEach((loss, step) =>
    assert.ok(
      Math.abs(loss - expected[step]) < TOLERANCE * expected[step],
      `step ${step}: ${loss}, on wasm ${expected[step]}`,
    )
  );
  assert.ok(losses[STEPS - 1] < 0.9 * losses[0], `${losses[0]} -> ${losses[STEPS - 1]}`);
});
