import assert from "node:assert/strict";
import { countRelations, parseObo, parseTriples, relationTriples } from "../../lib/ontology/mod.ts";
import { TINY_OBO } from "./fixture.ts";
import { inMirror, onRealData } from "../mirror.ts";

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

Deno.test("parseTriples parts names with spaces by the relation's token and counts what it skips", () => {
  const text = [
    "CD4-positive, alpha-beta T cell disjoint_from CD8-positive, alpha-beta T cell",
    "rod bipolar cell synapsed by retinal rod cell",
    "",
    "  B cell exact_synonyms B lymphocyte that is_a name  ",
  ].join("\n");
  assert.deepEqual(parseTriples(text, "test"), {
    triples: [
      {
        head: "CD4-positive, alpha-beta T cell",
        relation: "disjoint_from",
        tail: "CD8-positive, alpha-beta T cell",
      },
      { head: "B cell", relation: "exact_synonyms", tail: "B lymphocyte that is_a name" },
    ],
    skipped: 1,
  });
  assert.throws(() => parseTriples("T cell, is_a, cell", "my.txt"), {
    name: "KcellfmError",
    message: /^Cannot use my\.txt as triples: none of its 1 lines is "head relation tail"/,
  });
});

onRealData("parseTriples reads the original's triples: ORIGINAL section 4's counts", async () => {
  const text = await Deno.readTextFile(inMirror("ontology/kcellfm_knowledge_triples.txt"));
  const { triples, skipped } = parseTriples(text, "the original's file");
  assert.deepEqual([triples.length, skipped], [7310, 15]);
  assert.deepEqual(countRelations(triples), {
    is_a: 3818,
    exact_synonyms: 2270,
    related_synonyms: 527,
    broad_synonyms: 262,
    develops_from: 372,
    develops_into: 14,
    disjoint_from: 32,
    synapsed_to: 15,
  });
});
