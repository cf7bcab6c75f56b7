import assert from "node:assert/strict";
import { memorySource } from "../../../lib/data/mod.ts";
import { csrFromDense, dot } from "../../../lib/matrix/mod.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import { joinStudies, studyTable } from "../../../lib/experiments/perturb/describe/coexpression.ts";
import { textTable } from "../../../lib/experiments/perturb/describe/text.ts";
import {
  byGenes,
  type GeneFeatures,
  joinFeatures,
  tableFeatures,
  termFeatures,
  unitRows,
  withSymbols,
} from "../../../lib/experiments/perturb/mod.ts";
import { restoreFeatures, storeFeatures } from "../../../lib/experiments/perturb/saved/features_file.ts";
import { checkpointsDir } from "../../../lib/runtime/mod.ts";
import { loadTextCheckpoint } from "../../../lib/text/mod.ts";

await startBackend();

const terms = new Map([
  ["A", new Set(["rare", "common"])],
  ["B", new Set(["rare", "common"])],
  ["C", new Set(["common"])],
  ["D", new Set(["common", "own"])],
]);
const go = termFeatures("go", terms);
const cosine = (features: GeneFeatures, a: string, b: string) => {
  const of = features.among([a, b]);
  return dot(of(a)!, of(b)!);
};

Deno.test("termFeatures makes genes alike by terms that few others have", () => {
  assert.ok(Math.abs(cosine(go, "A", "B") - 1) < 1e-6);
  assert.equal(cosine(go, "A", "D"), 0); // all that they share is what everybody has
  assert.equal(go.among(["A"])("Z"), null);
  assert.deepEqual([go.has("A"), go.has("Z")], [true, false]);
});

Deno.test("termFeatures gives the same products whatever else is learned from", () => {
  const [few, all] = [go.among(["A"]), go.among([...terms.keys()])];
  for (const gene of terms.keys()) {
    assert.ok(Math.abs(dot(few(gene)!, few("A")!) - dot(all(gene)!, all("A")!)) < 1e-6, gene);
  }
});

const table = unitRows({ genes: ["A", "B", "E"], width: 2, vectors: Float32Array.of(3, 4, 0, 2, 0, 0) });
const vectors = tableFeatures("vectors", table);

Deno.test("unitRows scales rows to length one and leaves those of zeros out", () => {
  assert.deepEqual(table.genes, ["A", "B"]);
  assert.deepEqual(table.vectors, Float32Array.of(0.6, 0.8, 0, 1).map(Math.fround));
});

Deno.test("joinFeatures averages what its parts say of two genes, and knows a gene that one part knows", () => {
  const joined = joinFeatures([go, vectors]);
  const mean = (cosine(go, "A", "B") + cosine(vectors, "A", "B")) / 2;
  assert.ok(Math.abs(cosine(joined, "A", "B") - mean) < 1e-6);
  assert.ok(joined.has("D") && !vectors.has("D"));
  assert.equal(joined.among(["A"])("D")!.length, joined.among(["A"])("A")!.length);
});

Deno.test("byGenes sums the vectors of the genes that are known, and knows nothing of others", () => {
  const control = {
    context: "",
    cells: { data: new Float32Array(0), rows: 0, cols: 1 },
    mean: new Float32Array(1),
  };
  const condition = { name: "A+ctrl", perturbed: ["A"], control, mean: new Float32Array(1) };
  const describe = byGenes(vectors).prepare({ genes: [], conditions: [condition] });
  const target = (perturbed: string[]) => ({ name: "", perturbed, control });
  assert.deepEqual(describe(target(["A", "B", "Z"])), Float32Array.of(0.6, Math.fround(0.8) + 1));
  assert.equal(describe(target(["Z"])), null);
});

Deno.test("withSymbols finds a gene by its official symbol where its own name is not known", () => {
  const renamed = withSymbols(vectors, (name) => name === "OLD" ? "A" : name);
  assert.deepEqual(renamed.among([])("OLD"), vectors.among([])("A"));
  assert.deepEqual([renamed.has("OLD"), renamed.has("NEW")], [true, false]);
});

Deno.test("restoreFeatures gives back the very numbers of storeFeatures, sparse or dense", () => {
  for (const features of [go, vectors]) {
    const { genes, tensors } = storeFeatures(features, ["A", "C"]);
    const again = restoreFeatures(features.name, { genes, tensors, where: "test" });
    for (const gene of features.genes()) {
      assert.deepEqual(again.among([])(gene), features.among(["A", "C"])(gene), `${features.name} ${gene}`);
    }
    assert.throws(
      () => restoreFeatures(features.name, { genes: ["A"], tensors, where: "test" }),
      /features "\w+" do not fit its 1 genes/,
    );
  }
});

/** Counts of two modules of four genes that go up and down together within each of two types. */
function study(seed: string) {
  const rng = createRng(seed);
  const genes = ["M1", "M2", "M3", "M4", "N1", "N2", "N3", "N4"];
  const rows = Array.from({ length: 200 }, () => [rng.normal(), rng.normal()]);
  const dense = rows.flatMap(([m, n], cell) =>
    genes.map((gene) => rng.poisson(20 * Math.exp(0.8 * (gene[0] === "M" ? m : n) + (cell % 2))))
  );
  const source = memorySource({
    name: seed,
    matrix: csrFromDense(dense, rows.length, genes.length),
    obsNames: rows.map((_, i) => `${i}`),
    varNames: genes,
  });
  return studyTable(source, { types: rows.map((_, i) => `type ${i % 2}`), rng: createRng(1) });
}

Deno.test("joinStudies makes genes alike that vary together within types", () => {
  const joined = tableFeatures("coexpr", unitRows(joinStudies([study("one"), study("two")], createRng(2))));
  assert.ok(cosine(joined, "M1", "M2") > 0.5, `${cosine(joined, "M1", "M2")}`);
  assert.ok(cosine(joined, "M1", "N2") < 0, `${cosine(joined, "M1", "N2")}`);
});

Deno.test("textTable makes genes alike whose names or terms read alike", async () => {
  const { model } = await loadTextCheckpoint(`${checkpointsDir()}/text-walkthrough`);
  const names = new Map([["A", "T cell receptor one"], ["B", "T cell receptor two"], [
    "C",
    "retinal pigment epithelium protein",
  ]]);
  const definitions = new Map([["t", "Activation of a T cell"], ["r", "Vision in the retina of the eye"]]);
  const own = new Map([["A", new Set(["t"])], ["B", new Set(["t"])], ["C", new Set(["r"])], [
    "D",
    new Set(["r"]),
  ]]);
  const text = tableFeatures("text", unitRows(textTable(model, { names, definitions, terms: own })));
  model.dispose();
  assert.ok(
    cosine(text, "A", "B") > 0.5 && cosine(text, "A", "C") < 0,
    `${cosine(text, "A", "B")} ${cosine(text, "A", "C")}`,
  );
});
