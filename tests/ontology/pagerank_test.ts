import assert from "node:assert/strict";
import { loadOntology, pageRankSimilarity, parseObo } from "../../lib/ontology/mod.ts";
import { TINY_OBO } from "./fixture.ts";
import golden from "../fixtures/ontology/pagerank.json" with { type: "json" };

const slim = await loadOntology(null);

Deno.test("pageRankSimilarity equals networkx's personalised PageRank", () => {
  const { sources, targets, values } = pageRankSimilarity(parseObo(TINY_OBO), { tolerance: 1e-9 });
  assert.deepEqual(sources, golden.ids);
  // float32 output: half a unit in the last place of values below 1 is 3e-8.
  values.forEach((value, i) => {
    const expected = golden.rows[Math.floor(i / targets.length)][i % targets.length];
    assert.ok(Math.abs(value - expected) < 1e-7, `${value} != ${expected}`);
  });
});

Deno.test("pageRankSimilarity gives rows that sum to one", () => {
  const { sources, targets, values } = pageRankSimilarity(slim);
  for (let row = 0; row < sources.length; row++) {
    const sum = values.subarray(row * targets.length, (row + 1) * targets.length).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-5, `row ${row} sums to ${sum}`); // 498 float32 roundings
  }
});

Deno.test("pageRankSimilarity is reversible: degree-weighted ranks are symmetric", () => {
  const { targets, values } = pageRankSimilarity(slim);
  const n = targets.length;
  const degree = targets.map((id) =>
    (slim.terms.get(id)?.isA.length ?? 0) + (slim.children.get(id)?.length ?? 0)
  );
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [forth, back] = [degree[i] * values[i * n + j], degree[j] * values[j * n + i]];
      // The walk stops within 1e-6 of its limit in L1; degrees reach 41.
      assert.ok(Math.abs(forth - back) < 1e-4, `${targets[i]} ${targets[j]}: ${forth} != ${back}`);
    }
  }
});

Deno.test("pageRankSimilarity of chosen sources equals those rows of the whole", () => {
  const whole = pageRankSimilarity(slim);
  const n = whole.targets.length;
  const chosen = [3, 70, 200];
  const part = pageRankSimilarity(slim, { sources: chosen.map((i) => whole.targets[i]) });
  chosen.forEach((i, row) => {
    assert.deepEqual(part.values.subarray(row * n, (row + 1) * n), whole.values.subarray(i * n, (i + 1) * n));
  });
});

Deno.test("pageRankSimilarity refuses an obsolete source", () => {
  assert.throws(() => pageRankSimilarity(parseObo(TINY_OBO), { sources: ["CL:0000007"] }), /obsolete/);
});
