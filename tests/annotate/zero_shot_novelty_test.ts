import assert from "node:assert/strict";
import { callByEvidence } from "lib/annotate/mod.ts";
import { loadOntology } from "lib/ontology/mod.ts";
import { startBackend } from "lib/runtime/mod.ts";

await startBackend();
const ontology = await loadOntology(null);
const types = [{ id: "CL:0000084", name: "T cell" }, { id: "CL:0000625", name: "CD8 T cell" }, {
  id: "CL:0000236",
  name: "B cell",
}];
const call = (scores: number[], markers: number[] | null) =>
  callByEvidence({
    types,
    scores: Float32Array.from(scores),
    embeddings: null,
    markers: markers && { scores: Float32Array.from(markers), measured: Int32Array.of(5, 5, 5) },
  }, ontology);

Deno.test("callByEvidence finds a cell novel when no class speaks and the called type's genes are silent", () => {
  const [silent] = call([2, 1, 0], [0, 0.2, 0]).novelty;
  const [loud] = call([12, 9, 1], [3, 2, -1]).novelty;
  assert.ok(silent > 0.9 && loud < 0.05, `${silent} and ${loud}`);
  assert.ok(call([2, 1, 0], null).novelty[0] > 0.9 && call([12, 9, 1], null).novelty[0] < 0.05);
});

Deno.test("callByEvidence counts the markers of the whole line: a finer type's genes speak for the coarse call", () => {
  const finer = call([4, 1, 0], [0, 4, 0]).novelty[0];
  const other = call([4, 1, 0], [0, 0, 4 / 3]).novelty[0]; // B cell markers say nothing for a T cell
  assert.ok(finer < 0.5 && other > finer, `${finer} and ${other}`);
});
