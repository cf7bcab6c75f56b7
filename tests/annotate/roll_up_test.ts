import assert from "node:assert/strict";
import { ancestors, informationContent, loadOntology } from "../../lib/ontology/mod.ts";
import { rollUp, UNKNOWN } from "../../lib/annotate/roll_up.ts";
import { scoreRolledUp } from "../../lib/annotate/scores.ts";

const ontology = await loadOntology(null);
const nameOf = (id: string) => ontology.terms.get(id)?.name ?? id;
const type = (id: string) => ({ id, name: nameOf(id) });

const [T, CD4, CD8, B, CELL] = ["CL:0000084", "CL:0000624", "CL:0000625", "CL:0000236", "CL:0000000"];
const types = [CD4, CD8, B].map(type);

/** Rolls up one row of probabilities for each cell. */
function roll(rows: readonly (readonly number[])[], { confidence = 0.5, novelty = rows.map(() => 0) } = {}) {
  const answers = {
    types,
    probabilities: Float32Array.from(rows.flat()),
    novelty: Float32Array.from(novelty),
  };
  const rolled = rollUp(answers, { ontology, confidence });
  return { rolled, ids: Array.from(rolled.place, (place) => rolled.types[place].id) };
}

Deno.test("rollUp keeps a sure type and takes a cell torn between two T cells to a kind of T cell", () => {
  const { rolled, ids } = roll([[0.9, 0.05, 0.05], [0.45, 0.45, 0.1]]);
  assert.equal(ids[0], CD4);
  assert.ok([CD4, CD8].every((id) => ancestors(ontology, id).has(ids[1])));
  assert.ok(!ancestors(ontology, B).has(ids[1]));
  assert.ok(Math.abs(rolled.probability[1] - 0.9) < 1e-6); // float32
  assert.match(nameOf(ids[1]), /T cell/);
});

Deno.test("rollUp goes higher as more confidence is asked for, up to the cell of the root", () => {
  const row = [0.5, 0.3, 0.2];
  const depths = [0.5, 0.7, 0.95].map((confidence) => {
    const [id] = roll([row], { confidence }).ids;
    return informationContent(ontology, id);
  });
  assert.ok(depths[0] > depths[1] && depths[1] > depths[2], `${depths}`);
  assert.equal(informationContent(ontology, CELL) < 0.05, true);
});

Deno.test("rollUp calls a novel cell unknown, however sure the flat answer is", () => {
  const { rolled, ids } = roll([[1, 0, 0], [1, 0, 0]], { novelty: [0.51, 0.5] });
  assert.deepEqual(ids, ["", CD4]);
  assert.equal(rolled.types[rolled.place[0]], UNKNOWN);
});

Deno.test("rollUp takes a label that is no term as a leaf, and finds nothing above it", () => {
  const own = { id: "", name: "cluster 7" };
  const answers = {
    types: [own, type(CD4), type(T)],
    probabilities: Float32Array.of(0.8, 0.1, 0.1, 0.4, 0.35, 0.25, 0.6, 0.2, 0.2),
    novelty: new Float32Array(3),
  };
  const { types: all, place } = rollUp(answers, { ontology, confidence: 0.55 });
  assert.deepEqual(Array.from(place, (at) => all[at].name), ["cluster 7", nameOf(T), "cluster 7"]);
  const none = rollUp({ ...answers, novelty: new Float32Array(3) }, { ontology, confidence: 0.7 });
  assert.equal(none.types[none.place[2]], UNKNOWN);
});

Deno.test("rollUp refuses a confidence at which two unrelated terms could both be sure enough", () => {
  assert.throws(
    () => roll([[1, 0, 0]], { confidence: 0.4 }),
    /confidence of 0\.4: expected a number from 0\.5 to 1/,
  );
});

Deno.test("scoreRolledUp takes an answer above the truth for right and says what it is worth", () => {
  const { rolled } = roll([[0.45, 0.45, 0.1], [0, 0, 1], [0.2, 0, 0.8], [1, 0, 0]], {
    novelty: [0, 0, 0, 1],
  });
  const calls = {
    types,
    best: Int32Array.of(0, 2, 2, 0),
    confidence: new Float32Array(4),
    probabilities: new Float32Array(12),
    novelty: new Float32Array(4),
  };
  const truth = [type(CD8), type(B), type(CD4), type("CL:0000576")];
  const scores = scoreRolledUp(rolled, calls, {
    pairs: { rows: Int32Array.of(0, 1, 2, 3), truth },
    ontology,
  });
  assert.equal(scores.hierarchical_accuracy, 0.75); // the third is wrong; the monocyte could not be called, and is unknown
  assert.equal(scores.rolled_up, 0.25);
  assert.equal(scores.unknown, 0.25);
  assert.ok(scores.information < scores.flat_information);
});
