import assert from "node:assert/strict";
import { countRelations, parseObo, relationTriples } from "lib/ontology/mod.ts";
import { TINY_OBO } from "./fixture.ts";

const triples = relationTriples(parseObo(TINY_OBO));

Deno.test("relationTriples names every fact of a live term by the original's relations", () => {
  const t = "CD4-positive, alpha-beta T cell";
  assert.deepEqual(triples.filter(({ head }) => head === t), [
    { head: t, relation: "is_a", tail: "lymphocyte" },
    { head: t, relation: "exact_synonyms", tail: "CD4+ T-lymphocyte" },
    { head: t, relation: "related_synonyms", tail: "T4" },
    { head: t, relation: "broad_synonyms", tail: "helper" },
    { head: t, relation: "develops_from", tail: "cell" },
    { head: t, relation: "develops_into", tail: "plasma cell" },
    { head: t, relation: "synapsed_to", tail: "myeloid leukocyte" },
  ]);
  assert.ok(triples.every(({ head }) => !head.startsWith("obsolete")));
});

Deno.test("countRelations counts each relation, none of them twice", () => {
  assert.deepEqual(countRelations(triples), {
    is_a: 7,
    exact_synonyms: 2,
    related_synonyms: 1,
    broad_synonyms: 1,
    develops_from: 1,
    develops_into: 1,
    disjoint_from: 1,
    synapsed_to: 1,
  });
  assert.equal(new Set(triples.map((triple) => JSON.stringify(triple))).size, triples.length);
});
