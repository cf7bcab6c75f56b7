import assert from "node:assert/strict";
import { liveTerms, loadOntology } from "../../lib/ontology/mod.ts";
import { formatSlimTable, parseSlimTable } from "../../lib/ontology/slim/table.ts";
import { SLIM_PATH } from "../../lib/ontology/slim/read.ts";

const slim = await loadOntology(null);

Deno.test("loadOntology without a path gives the slim table: 300-500 live terms under one root", () => {
  assert.equal(slim.source, "embedded slim table");
  assert.match(slim.version, /^\d{4}-\d{2}-\d{2}$/);
  assert.ok(slim.terms.size >= 300 && slim.terms.size <= 500, `${slim.terms.size} terms`);
  assert.deepEqual(liveTerms(slim).filter((term) => term.isA.length === 0).map((term) => term.id), [
    "CL:0000000",
  ]);
});

Deno.test("the slim table covers every major branch with markers", () => {
  const branches = ["T cell", "B cell", "myeloid cell", "epithelial cell", "endothelial cell", "fibroblast"];
  branches.push("muscle cell", "neuron", "glial cell", "germ cell", "endocrine cell", "progenitor cell");
  const byName = new Map(liveTerms(slim).map((term) => [term.name, term]));
  for (const name of branches) assert.ok(byName.has(name), name);
  const marked = liveTerms(slim).filter((term) => (term.markers?.length ?? 0) >= 2);
  assert.ok(
    marked.length > 0.85 * slim.terms.size,
    `${marked.length} of ${slim.terms.size} terms have markers`,
  );
});

Deno.test("the slim table says its licence, and copies no definitions", async () => {
  assert.match(await Deno.readTextFile(SLIM_PATH), /^#.*CC BY 4\.0/m);
  assert.ok(liveTerms(slim).every((term) => term.definition === undefined));
});

Deno.test("formatSlimTable and parseSlimTable are inverse", async () => {
  const text = await Deno.readTextFile(SLIM_PATH);
  assert.equal(formatSlimTable(parseSlimTable(text, "terms.tsv")), text);
});

Deno.test("parseSlimTable names a line with too few columns", () => {
  const text = "# release: 2001-02-03\nid\tname\nCL:0000000\tcell\n";
  assert.throws(() => parseSlimTable(text, "terms.tsv"), /terms\.tsv: line 3: expected 6 columns .* found 2/);
});
