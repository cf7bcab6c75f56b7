import assert from "node:assert/strict";
import { annotate } from "lib/annotate/mod.ts";
import { loadOntology } from "lib/ontology/mod.ts";
import { startBackend } from "lib/runtime/mod.ts";
import { placesAmong, scoresAt } from "../../lib/annotate/among.ts";
import { linearEmbedder, withPair } from "./fixture.ts";

await startBackend();
const ontology = await loadOntology(null);
/** B cell, naive CD4 T cell, CD14-positive monocyte, hepatocyte. */
const IDS = ["CL:0000236", "CL:0000895", "CL:0001054", "CL:0000182"];

Deno.test("placesAmong takes a type with all below it, by name, synonym or id, and leaves out what is excluded", () => {
  assert.deepEqual(placesAmong(IDS, {}, ontology), [0, 1, 2, 3]);
  assert.deepEqual(placesAmong(IDS, { types: ["T cells", "CL:0001054"] }, ontology), [1, 2]);
  assert.deepEqual(placesAmong(IDS, { types: ["leukocyte"], exclude: ["lymphocyte"] }, ontology), [2]);
  assert.deepEqual(placesAmong(IDS, { exclude: ["hepatocyte"] }, ontology), [0, 1, 2]);
});

Deno.test("placesAmong refuses a type that the ontology does not know, and a choice that leaves none", () => {
  assert.throws(() => placesAmong(IDS, { types: ["leukocite"] }, ontology), {
    tag: "usage",
    message: /among "leukocite": the Cell Ontology has no term/,
  });
  assert.throws(() => placesAmong(IDS, { types: ["neuron"] }, ontology), /none of the 4 types .* is left/);
});

Deno.test("scoresAt keeps the columns of the places that are left", () => {
  assert.deepEqual([...scoresAt(Float32Array.of(1, 2, 3, 4, 5, 6), 3, [0, 2])], [1, 3, 4, 6]);
});

Deno.test("annotate names cells among the asked types only and says how many there were; not by a reference", () =>
  withPair(async ({ query, reference, genes }) => {
    const embedder = linearEmbedder(genes);
    const [first, second] = embedder.types.ids;
    const context = { embedder, ontology, seed: 42 };
    const { calls, notes } = await annotate({ input: query, among: { types: [first, second] } }, context);
    assert.ok(calls.types.length < embedder.types.ids.length);
    assert.ok(
      notes.some((note) => note.startsWith(`Cells could be of ${calls.types.length} of the model's`)),
    );
    await assert.rejects(
      annotate({
        input: query,
        among: { types: [first] },
        reference: { path: reference, labelKey: "cell_type" },
      }, context),
      /Cannot choose among types by a reference/,
    );
  }, { cells: 100, genes: 120 }));
