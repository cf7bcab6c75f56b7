import assert from "node:assert/strict";
import { memorySource } from "../../lib/data/mod.ts";
import { csrFromDense } from "../../lib/matrix/mod.ts";
import { keyOf, labelsIfAny, loadOntology, readLabelColumn, readLabels } from "../../lib/ontology/mod.ts";

const ontology = await loadOntology(null);

/** Cells whose obs has these columns. */
function cellsWith(obs: Record<string, (string | null)[]>) {
  const rows = Object.values(obs)[0].length;
  const obsNames = Array.from({ length: rows }, (_, i) => `c${i}`);
  return memorySource({
    name: "file",
    matrix: csrFromDense(new Float32Array(rows), rows, 1),
    obsNames,
    varNames: ["G"],
    obs,
  });
}

const read = (cell_type: (string | null)[], cell_type_ontology_term_id: (string | null)[]) =>
  readLabelColumn(cellsWith({ cell_type, cell_type_ontology_term_id }), "cell_type", ontology);

Deno.test("readLabels takes words that say there is no type for none", () => {
  const words = ["unknown", "NA", "doublets", "junk", "unassigned", "cell", "Unknown", null, "nan", "B cell"];
  const labels = readLabels(cellsWith({ cell_type: words }), "cell_type", ontology);
  assert.deepEqual(labels.map((label) => label?.id ?? null), [...Array(9).fill(null), "CL:0000236"]);
});

Deno.test("readLabels fails and labelsIfAny is null where no cell has a label", () => {
  const empty = cellsWith({ cell_type: [null, "", "NA"] });
  assert.throws(
    () => readLabels(empty, "cell_type", ontology),
    /no cell has one \(words such as "unknown" are none\)/,
  );
  assert.equal(labelsIfAny(empty, "cell_type", ontology), null);
  assert.equal(labelsIfAny(empty, "other", ontology), null);
});

Deno.test("readLabelColumn joins ids row by row, the finer of text and id", () => {
  const { labels, notes } = read(
    ["T cell", "T cell", "CD4-positive, alpha-beta T cell", "my cells", "my cells"],
    ["CL:0000084", "CL:0000624", "CL:0000084", "CL:0000236", "CL:0000576"],
  );
  assert.deepEqual(labels.map((label) => label?.id), [
    "CL:0000084",
    "CL:0000624",
    "CL:0000624",
    "CL:0000236",
    "CL:0000576",
  ]);
  assert.deepEqual(notes, []);
});

Deno.test("readLabelColumn makes a refined text beside a shared id a type of its own", () => {
  const { labels } = read(["T cell", "Trm like", "Trm like", "B cell"], [
    "CL:0000084",
    "CL:0000084",
    "CL:0000084",
    "CL:0000236",
  ]);
  const keys = labels.map((label) => label && keyOf(label));
  assert.deepEqual(keys, ["CL:0000084", "CL:0000084 trm like", "CL:0000084 trm like", "CL:0000236"]);
  assert.equal(labels[1]?.id, "CL:0000084");
});

Deno.test("readLabelColumn takes the text where id and text contradict each other, and says so", () => {
  const { labels, notes } = read(["B cell", "B cell", "monocyte"], [
    "CL:0000084",
    "CL:0000084",
    "CL:0000576",
  ]);
  assert.deepEqual(labels.map((label) => label?.id), ["CL:0000236", "CL:0000236", "CL:0000576"]);
  assert.match(
    notes[0],
    /labels of 2 cells contradict .*"B cell" beside CL:0000084 \(T cell\)\): the text was taken/,
  );
});
