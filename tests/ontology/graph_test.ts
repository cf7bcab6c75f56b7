import assert from "node:assert/strict";
import {
  ancestors,
  childrenOf,
  depth,
  depths,
  descendants,
  liveTerms,
  loadOntology,
  lowestCommonAncestors,
  parentsOf,
  parseObo,
  shortestPath,
} from "../../lib/ontology/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import { TINY_OBO } from "./fixture.ts";

const tiny = parseObo(TINY_OBO);
const slim = await loadOntology(null);
const ids = [...slim.terms.keys()];
/** The same 150 random pairs of slim terms in every run. */
const rng = createRng("ontology pairs");
const pairs = Array.from({ length: 150 }, () => [rng.choice(ids), rng.choice(ids)] as const);

const [CELL, LEUKOCYTE, LYMPHOCYTE, MYELOID, T, PLASMA, SECRETORY] = [0, 1, 2, 3, 4, 5, 6].map((i) =>
  `CL:000000${i}`
);

Deno.test("parentsOf and childrenOf give direct neighbours, and refuse an unknown id", () => {
  assert.deepEqual(parentsOf(tiny, PLASMA), [LYMPHOCYTE, SECRETORY]);
  assert.deepEqual(childrenOf(tiny, LEUKOCYTE), [LYMPHOCYTE, MYELOID]);
  assert.throws(() => parentsOf(tiny, "CL:9999999"), /Cannot find CL:9999999/);
});

Deno.test("ancestors give the shortest way up", () => {
  assert.deepEqual(Object.fromEntries(ancestors(tiny, PLASMA)), {
    [LYMPHOCYTE]: 1,
    [SECRETORY]: 1,
    [LEUKOCYTE]: 2,
    [CELL]: 2,
  });
  assert.equal(ancestors(tiny, CELL).size, 0);
});

Deno.test("ancestors are closed: an ancestor's ancestors are ancestors, no nearer than both steps together", () => {
  for (const id of ids) {
    const own = ancestors(slim, id);
    for (const [above, steps] of own) {
      for (const [higher, more] of ancestors(slim, above)) {
        assert.ok((own.get(higher) ?? Infinity) <= steps + more);
      }
    }
  }
});

Deno.test("descendants are the converse of ancestors, with the same distances", () => {
  for (const [above, below] of pairs) {
    assert.equal(descendants(slim, above).get(below), ancestors(slim, below).get(above));
  }
});

Deno.test("lowestCommonAncestors gives the most specific common terms", () => {
  assert.deepEqual(lowestCommonAncestors(tiny, [T, PLASMA]), [LYMPHOCYTE]);
  assert.deepEqual(lowestCommonAncestors(tiny, [T, MYELOID]), [LEUKOCYTE]);
  assert.deepEqual(lowestCommonAncestors(tiny, [LYMPHOCYTE, T]), [LYMPHOCYTE]);
  assert.deepEqual(lowestCommonAncestors(tiny, [CELL, "CL:0000007"]), []);
});

Deno.test("lowestCommonAncestors is symmetric, idempotent and an antichain of common ancestors", () => {
  for (const [a, b] of pairs) {
    const lowest = lowestCommonAncestors(slim, [a, b]);
    assert.deepEqual(lowestCommonAncestors(slim, [b, a]), lowest);
    assert.deepEqual(lowestCommonAncestors(slim, [a, a]), [a]);
    for (const id of lowest) {
      for (const end of [a, b]) assert.ok(id === end || ancestors(slim, end).has(id));
      for (const other of lowest) assert.ok(!ancestors(slim, other).has(id));
    }
  }
});

Deno.test("depths put a child deeper than each of its parents, and agree with depth", () => {
  const all = depths(slim);
  for (const term of liveTerms(slim)) {
    const parents = term.isA.map((id) => all.get(id) ?? NaN);
    assert.equal(all.get(term.id), Math.max(-1, ...parents) + 1);
    assert.equal(depth(slim, term.id), all.get(term.id));
  }
});

Deno.test("shortestPath walks is_a edges both ways, by as few steps as there are", () => {
  assert.deepEqual(shortestPath(tiny, [T, PLASMA]), [T, LYMPHOCYTE, PLASMA]);
  assert.deepEqual(shortestPath(tiny, [T, T]), [T]);
  assert.equal(shortestPath(tiny, [T, "CL:0000008"]), null);
  for (const [a, b] of pairs) {
    const path = shortestPath(slim, [a, b]) ?? [];
    assert.equal(path.length, shortestPath(slim, [b, a])?.length);
    for (let i = 1; i < path.length; i++) {
      const [here, there] = [path[i - 1], path[i]];
      assert.ok(parentsOf(slim, here).includes(there) || parentsOf(slim, there).includes(here));
    }
    const up = ancestors(slim, a).get(b);
    if (up !== undefined) assert.ok(path.length - 1 <= up);
  }
});
