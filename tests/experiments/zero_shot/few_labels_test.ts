import assert from "node:assert/strict";
import { scoreFewLabels } from "lib/experiments/zero_shot/mod.ts";
import { tableOf } from "lib/matrix/mod.ts";
import { createRng, startBackend } from "lib/runtime/mod.ts";

await startBackend();
const rng = createRng("few labels");
const CELLS = 60;
const truth = Array.from({ length: CELLS }, (_, i) => i % 3 === 0 ? "a" : i % 3 === 1 ? "b" : null);
const table = (of: (row: number) => number) => ({
  table: tableOf(
    Float32Array.from({ length: 2 * CELLS }, (_, at) => of(Math.floor(at / 2)) + 0.1 * rng.normal()),
    2,
  ),
  standardise: true,
});
const tables = { told: table((row) => row % 3), noise: table(() => 0) };
const options = { repeats: 4, rng: createRng("draws") };

Deno.test("scoreFewLabels names the others where the description tells types apart, and guesses on noise", () => {
  const few = scoreFewLabels(tables, truth, { perType: 5, ...options });
  assert.equal(few?.types, 2);
  assert.equal(few.draws.length, 4);
  for (const { told } of few.draws) assert.equal(told.accuracy, 1);
  const noise = few.draws.reduce((sum, draw) => sum + draw.noise.accuracy / 4, 0);
  assert.ok(noise > 0.25 && noise < 0.75, `${noise}`);
  assert.deepEqual(few, scoreFewLabels(tables, truth, { perType: 5, ...options }));
});

Deno.test("scoreFewLabels is null where fewer than two types have cells left to name", () => {
  assert.equal(scoreFewLabels(tables, truth, { perType: 16, ...options }), null);
});
