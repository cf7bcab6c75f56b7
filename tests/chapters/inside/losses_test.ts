import assert from "node:assert/strict";
import { loadOntology } from "../../../lib/ontology/mod.ts";
import { startBackend } from "../../../lib/runtime/mod.ts";
import * as inside from "lib/chapters/inside/mod.ts";
import { tableOf } from "../../../lib/matrix/mod.ts";

await startBackend();
const ontology = await loadOntology(null);
const source = inside.lossSource(ontology, { seed: 1, cells: 380 });

/** Test cells that lie exactly where their type says: axis k for the k-th type, 20 cells each. */
function cellsOnAxes(types: readonly string[]): inside.StageCells {
  const width = types.length;
  const truth = types.flatMap((type) => new Array<string>(20).fill(type));
  const vectors = new Float32Array(truth.length * width);
  truth.forEach((type, row) => vectors[row * width + types.indexOf(type)] = 1);
  return {
    name: "axes",
    vectors: tableOf(vectors, width),
    truth,
    classifier: truth,
    text: truth.toReversed(),
  };
}

Deno.test("lossSource has test cells of every type, and text vectors of the types and what they are kinds of", () => {
  const { data, types, order } = source;
  assert.deepEqual([...order].sort(), [...data.classes]);
  const tested = new Set(Array.from(data.studies[0].test.rows, (row) => data.studies[0].test.classes[row]));
  assert.equal(tested.size, order.length);
  for (const id of [...order, "CL:0000084"]) assert.ok(types.ids.includes(id), id); // T cell, above two of them
});

Deno.test("scoreStage gives 1 to neighbours that are all of one type, and counts names by text", () => {
  const order = source.order.slice(0, 4);
  const { purity, byText } = inside.scoreStage(cellsOnAxes(order), { ...source, order });
  assert.equal(purity, 1);
  assert.equal(byText, 0); // reversed: the first type's cells bear the last one's name, and so on
});

Deno.test("typeCosines of types on axes are 1 with themselves and alike with all others", () => {
  const order = source.order.slice(0, 4);
  const cosines = inside.typeCosines(cellsOnAxes(order), order);
  cosines.forEach((row, i) =>
    row.forEach((value, j) => assert.ok(Math.abs(value - (i === j ? 1 : -1 / 3)) < 1e-6)) // a regular simplex
  );
});

Deno.test("ontologySimilarity is symmetric and puts kin before strangers", () => {
  const similar = inside.ontologySimilarity(source);
  const at = (one: string, other: string) => similar[source.order.indexOf(one)][source.order.indexOf(other)];
  const [cd4, cd8, adipocyte] = ["CL:0000624", "CL:0000625", "CL:0000136"];
  assert.equal(at(cd4, cd8), at(cd8, cd4));
  assert.ok(at(cd4, cd8) > 3 * at(cd4, adipocyte));
});

Deno.test("trainStage gives the same cells again, other ones when trained, and draws them", async () => {
  const [before, under] = [inside.LOSS_STAGES[0], inside.LOSS_STAGES[3]];
  const untrained = await inside.trainStage(source, before);
  assert.deepEqual(untrained, await inside.trainStage(source, before));
  const trained = await inside.trainStage(source, under, { epochs: 1 });
  assert.deepEqual(trained.truth, untrained.truth);
  assert.notDeepEqual(trained.vectors, untrained.vectors);
  assert.equal(inside.stageFigure([untrained, trained], source).data.length, 3);
  assert.equal(inside.stageTable([untrained, trained], source).height, 2);
  assert.equal(inside.stageMap(trained, source).data.length, source.order.length);
});
