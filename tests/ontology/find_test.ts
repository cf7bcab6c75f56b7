import assert from "node:assert/strict";
import { COMMON_LABELS } from "../../lib/ontology/common_labels.ts";
import { findTerm, foldLabel, loadOntology, parseObo } from "../../lib/ontology/mod.ts";
import { TINY_OBO } from "./fixture.ts";

const tiny = parseObo(TINY_OBO);
const found = (text: string) => {
  const match = findTerm(tiny, text);
  return match && [match.term.id, match.how, match.replaced?.id ?? null];
};

Deno.test("foldLabel removes case, hyphens, punctuation, accents and plurals", () => {
  for (
    const text of [
      "CD4-positive, alpha-beta T cells",
      "CD4+ alpha beta T-cell",
      "  cd4_POSITIVE alpha/beta T CELL",
    ]
  ) {
    assert.equal(foldLabel(text), "cd4 positive alpha beta t cell");
  }
  assert.equal(foldLabel("Müller cells"), "muller cell");
  assert.equal(foldLabel("CD8- T cell"), "cd8 negative t cell");
  assert.equal(foldLabel("antibodies of the choroid plexus"), "antibody of the choroid plexus");
  assert.notEqual(foldLabel("Bm2' B cell"), foldLabel("Bm2 B cell"));
});

Deno.test("findTerm finds ids, alternative ids, names, exact synonyms and abbreviations", () => {
  assert.deepEqual(found("CL:0000002"), ["CL:0000002", "id", null]);
  assert.deepEqual(found("cl_0000002"), ["CL:0000002", "id", null]);
  assert.deepEqual(found("CL:0000044"), ["CL:0000004", "alt_id", null]);
  assert.deepEqual(found("Lymphocytes"), ["CL:0000002", "name", null]);
  assert.deepEqual(found("White Blood-Cells"), ["CL:0000001", "exact synonym", null]);
  assert.deepEqual(found("T4"), ["CL:0000004", "abbreviation", null]);
});

Deno.test("findTerm adds the word cell where it was left out", () => {
  assert.deepEqual(found("Plasma"), ["CL:0000005", "name", null]);
});

Deno.test("findTerm follows obsolete terms to the one that replaces them", () => {
  assert.deepEqual(found("plasmacytes"), ["CL:0000005", "name", "CL:0000007"]);
  assert.deepEqual(found("CL:0000007"), ["CL:0000005", "id", "CL:0000007"]);
  assert.equal(found("nothing"), null);
});

Deno.test("findTerm finds nothing for broad synonyms, unknown and empty labels", () => {
  for (const text of ["helper", "odd one", "T", "", "---"]) assert.equal(found(text), null);
});

Deno.test("findTerm finds nothing for a synonym that two terms share, but a name wins over it", () => {
  const shared = TINY_OBO.replace(
    "name: secretory cell",
    'name: secretory cell\nsynonym: "white blood cell" EXACT []',
  )
    .replace("name: plasma cell", 'name: plasma cell\nsynonym: "lymphocyte" EXACT []');
  const ontology = parseObo(shared);
  assert.equal(findTerm(ontology, "white blood cell"), null);
  assert.equal(findTerm(ontology, "lymphocyte")?.term.id, "CL:0000002");
});

Deno.test("findTerm gives up on obsolete terms that replace each other", () => {
  const loop = TINY_OBO.replace("replaced_by: CL:0000005", "replaced_by: CL:0000008")
    .replace(/(name: obsolete nothing)/, "$1\nreplaced_by: CL:0000007");
  assert.equal(findTerm(parseObo(loop), "plasmacyte"), null);
});

Deno.test("findTerm finds labels that authors write and the ontology lacks", async () => {
  const slim = await loadOntology(null);
  for (const [label, id] of COMMON_LABELS) assert.equal(findTerm(slim, label)?.term.id, id, label);
  assert.equal(findTerm(slim, "CD4 T cells")?.how, "common label");
  assert.equal(findTerm(slim, "FCGR3A+ Mono")?.term.name, "CD14-low, CD16-positive monocyte");
});
