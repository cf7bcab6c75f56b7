import assert from "node:assert/strict";
import { startBackend } from "../../lib/runtime/mod.ts";
import { textProbabilities } from "../../lib/annotate/text_expert.ts";
import { tableOf } from "../../lib/matrix/mod.ts";

await startBackend();

const knows = (ids: string[], vectors: number[]) => ({
  types: { ids, names: ids, ...tableOf(Float32Array.from(vectors), 3) },
  temperature: 0.5,
});

Deno.test("textProbabilities is the softmax of cosines over temperature", () => {
  const cell = { data: Float32Array.of(2, 0, 0), rows: 1, cols: 3 };
  const shares = textProbabilities(cell, ["CL:1", "CL:2"], knows(["CL:2", "CL:1"], [0, 3, 0, 1, 0, 0]));
  const expected = Math.exp(1 / 0.5) / (Math.exp(1 / 0.5) + 1); // cosines 1 and 0
  assert.ok(Math.abs(shares[0] - expected) < 1e-6); // float32
  assert.ok(Math.abs(shares[1] - (1 - expected)) < 1e-6);
});

Deno.test("textProbabilities gives a class that it does not know an even share, and sums to one", () => {
  const cell = { data: Float32Array.of(1, 0, 0), rows: 1, cols: 3 };
  const shares = textProbabilities(
    cell,
    ["CL:1", "CL:2", "own label"],
    knows(["CL:1", "CL:2"], [1, 0, 0, 0, 1, 0]),
  );
  assert.ok(Math.abs(shares[2] - 1 / 3) < 1e-6);
  assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-6);
  const unknown = textProbabilities(cell, ["a", "b"], knows([], []));
  assert.deepEqual(Array.from(unknown), [0.5, 0.5]);
});
