import assert from "node:assert/strict";
import { startBackend } from "lib/runtime/mod.ts";
import { fitHead, textLogProbabilities } from "lib/tasks/annotation/head.ts";

await startBackend();

/** Two types on two axes; the third axis is unused. */
const table = { features: Float32Array.of(1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0), rows: 4, cols: 3 };
const keys = ["CL:1", "CL:1", "CL:2", "CL:2"];
const knows = (ids: string[], vectors: number[]) => ({
  types: { ids, names: ids, dim: 3, vectors: Float32Array.from(vectors) },
  temperature: 0.5,
});

Deno.test("textLogProbabilities is the log softmax of cosines over temperature", () => {
  const cell = { features: Float32Array.of(2, 0, 0), rows: 1, cols: 3 };
  const logs = textLogProbabilities(cell, ["CL:1", "CL:2"], knows(["CL:2", "CL:1"], [0, 3, 0, 1, 0, 0]));
  const expected = Math.exp(1 / 0.5) / (Math.exp(1 / 0.5) + 1); // cosines 1 and 0
  assert.ok(Math.abs(Math.exp(logs[0]) - expected) < 1e-6); // float32
  assert.ok(Math.abs(Math.exp(logs[1]) - (1 - expected)) < 1e-6);
});

Deno.test("textLogProbabilities gives a class that it does not know an even share, and sums to one", () => {
  const cell = { features: Float32Array.of(1, 0, 0), rows: 1, cols: 3 };
  const logs = textLogProbabilities(
    cell,
    ["CL:1", "CL:2", "own label"],
    knows(["CL:1", "CL:2"], [1, 0, 0, 0, 1, 0]),
  );
  const shares = Array.from(logs, Math.exp);
  assert.ok(Math.abs(shares[2] - 1 / 3) < 1e-6);
  assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-6);
  const unknown = textLogProbabilities(cell, ["a", "b"], knows([], []));
  assert.deepEqual(Array.from(unknown, (log) => Math.round(1e6 * Math.exp(log)) / 1e6), [0.5, 0.5]);
});

Deno.test("fitHead follows the reference where the text knows nothing, and the text where the reference is undecided", () => {
  const between = { features: Float32Array.of(0.9, 0.1, 0, Math.SQRT1_2, Math.SQRT1_2, 0), rows: 2, cols: 3 };
  const callsWith = (text: ReturnType<typeof knows>) => {
    const { classes, scores } = fitHead(table, keys, { seed: 1, text });
    const logits = scores(between);
    return [0, 2].map((at) => classes[logits[at] >= logits[at + 1] ? 0 : 1]);
  };
  assert.equal(callsWith(knows([], []))[0], "CL:1");
  const turned = knows(["CL:1", "CL:2"], [1, 0, 0, 0.6, 0.8, 0]);
  assert.deepEqual(callsWith(turned), ["CL:1", "CL:2"]);
});

Deno.test("fitHead trusts the text as far as it agrees with the reference beyond chance", () => {
  const weight = (vectors: number[]) =>
    fitHead(table, keys, { seed: 1, text: knows(["CL:1", "CL:2"], vectors) }).textWeight;
  assert.equal(weight([1, 0, 0, 0, 1, 0]), 10); // full agreement, at the bound
  assert.equal(weight([0, 1, 0, 1, 0, 0]), 0); // says the opposite
  assert.equal(weight([1, 1, 0, 0, 0, 1]), 0); // says the same of every cell
});
