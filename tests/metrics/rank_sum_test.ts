import assert from "node:assert/strict";
import { benjaminiHochberg, rankSum } from "../../lib/metrics/mod.ts";
import golden from "../fixtures/metrics/rank_sum.json" with { type: "json" };
import { assertClose } from "../close.ts";

const close = (actual: number, expected: number, relative: number) =>
  assertClose(actual, expected, { relative });

for (const { name, a, b, z, p } of golden.cases) {
  Deno.test(`rankSum is scipy ${golden.scipy}'s mannwhitneyu without continuity: ${name}`, () => {
    const found = rankSum(Float32Array.from(a), Float32Array.from(b));
    close(found.z, z, 1e-6); // z went through p and back in scipy
    close(found.p, p, 3e-7); // the polynomial of erfc is good to 1.2e-7 of itself
  });
}

Deno.test("rankSum is certain of nothing where all values are equal", () => {
  assert.deepEqual(rankSum(new Float32Array(5), new Float32Array(7)), { z: 0, p: 1 });
});

Deno.test("rankSum changes its sign with the order of the samples", () => {
  const [low, high] = [Float32Array.of(0, 0, 1), Float32Array.of(1, 2, 3, 3)];
  assert.ok(rankSum(low, high).z < 0);
  assert.equal(rankSum(low, high).z, -rankSum(high, low).z);
});

Deno.test("rankSum refuses an empty sample and values that are no numbers", () => {
  assert.throws(() => rankSum(new Float32Array(0), new Float32Array(3)), /samples of 0 and 3/);
  assert.throws(() => rankSum(Float32Array.of(1, NaN), Float32Array.of(2)), /not numbers/);
});

Deno.test("benjaminiHochberg is scipy's false_discovery_control", () => {
  const adjusted = benjaminiHochberg(golden.fdr.raw);
  golden.fdr.adjusted.forEach((value, i) => close(adjusted[i], value, 1e-12));
});
