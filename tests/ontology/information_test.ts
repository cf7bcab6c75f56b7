import assert from "node:assert/strict";
import { descendants, informationContent, loadOntology } from "../../lib/ontology/mod.ts";

const ontology = await loadOntology(null);

Deno.test("informationContent is one for a leaf, falls upwards and is Seco's formula", () => {
  const [cd4, t, cell] = ["CL:0000624", "CL:0000084", "CL:0000000"].map((id) =>
    informationContent(ontology, id)
  );
  assert.ok(cd4 > t && t > cell && cell >= 0, `${[cd4, t, cell]}`);
  const below = descendants(ontology, "CL:0000084").size;
  assert.equal(t, 1 - Math.log(below + 1) / Math.log(ontology.terms.size));
  const leaf = [...ontology.terms.keys()].find((id) => descendants(ontology, id).size === 0)!;
  assert.equal(informationContent(ontology, leaf), 1);
});
