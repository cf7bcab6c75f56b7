import assert from "node:assert/strict";
import {
  amongTypes,
  coveredTerms,
  drawGenes,
  type Evidence,
  scoreUnknown,
  tissueTypes,
  withGenes,
} from "lib/experiments/zero_shot/mod.ts";
import { loadOntology } from "lib/ontology/mod.ts";
import { createRng, startBackend } from "lib/runtime/mod.ts";

await startBackend();
const ontology = await loadOntology(null);
const [T, CD8, B, NEURON] = ["CL:0000084", "CL:0000625", "CL:0000236", "CL:0000540"];
const types = [T, B].map((id) => ({ id, name: id }));

/** Four cells: a T cell by its kind, a B cell that no class speaks for, a silent neuron, a neuron called a B cell. */
const evidence = {
  set: {
    truth: [T, B, NEURON, NEURON, null],
    cells: { tokenOf: Int32Array.of(3, -1, 5, 7, 5) },
    name: "set",
  },
  types,
  embeddings: null,
  markers: null,
  scores: { kcellfm: Float32Array.of(12, 0, 0, 1, 1, 0, 0, 12, 12, 0) },
} as unknown as Evidence;

Deno.test("scoreUnknown counts cells of known types and foreign ones by themselves", () => {
  assert.deepEqual(scoreUnknown(evidence, ontology), {
    known_cells: 2,
    known_unknown: 0.5,
    foreign_cells: 2,
    foreign_unknown: 0.5,
    foreign_unknown_or_above: 0.5,
  });
});

Deno.test("coveredTerms has the types and what is above them, none below", () => {
  const covered = coveredTerms(types, ontology);
  assert.ok(covered.has(T) && covered.has("CL:0000542")); // lymphocyte
  assert.ok(!covered.has(CD8) && !covered.has(NEURON));
});

Deno.test("tissueTypes are the classes on a line with a label, and amongTypes leaves the others nothing", () => {
  const blood = { ...evidence, set: { ...evidence.set, truth: [CD8, null] } };
  const can = tissueTypes(blood, ontology);
  assert.deepEqual(can, [true, false]);
  assert.deepEqual([...amongTypes(Float32Array.of(0.25, 0.75, 0.5, 0.5), can)], [1, 0, 1, 0]);
  const none = Float32Array.of(0.25, 0.75);
  assert.equal(amongTypes(none, [false, false]), none);
});

Deno.test("drawGenes draws among the genes that a set has, and withGenes hides the others", () => {
  const { set } = evidence;
  const kept = drawGenes(set, { count: 2, rng: createRng("genes") });
  assert.equal(kept.size, 2);
  const seen = withGenes(set, kept);
  assert.equal(seen.name, "set-2_genes");
  assert.deepEqual(seen.cells.tokenOf, set.cells.tokenOf.map((token) => kept.has(token) ? token : -1));
  assert.deepEqual([...drawGenes(set, { count: 9, rng: createRng("genes") })].sort(), [3, 5, 7]);
});
