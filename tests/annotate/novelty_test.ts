import assert from "node:assert/strict";
import { auroc } from "../../lib/metrics/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import { fitExperts, type LearningCells } from "../../lib/annotate/experts.ts";
import { fitGaussians } from "../../lib/annotate/gaussians.ts";
import { fitNovelty } from "../../lib/annotate/novelty.ts";
import { noveltyExperiment } from "../../lib/annotate/novelty_experiment.ts";
import { withoutShift } from "../../lib/annotate/novelty_shift.ts";
import { forSigns } from "../../lib/annotate/novelty_signs.ts";
import { fitNoveltyWeights, noveltyScores } from "../../lib/annotate/novelty_weights.ts";
import { fitPrincipalSpace } from "../../lib/annotate/principal_space.ts";
import golden from "../fixtures/annotate/gaussians.json" with { type: "json" };
import { measureScaling } from "../../lib/matrix/mod.ts";

await startBackend();

const text = { types: { ids: [], names: [], data: new Float32Array(), rows: 0, cols: 8 }, temperature: 0.1 };

/** Cells of types "a", "b", ... in `cols` genes; each type has six genes of its own, and its own direction among vectors. */
function drawCells(types: string, { each = 20, cols = 40, seed = 1 } = {}): LearningCells {
  const rng = createRng(seed);
  const keys = [...types].flatMap((type) => new Array<string>(each).fill(type));
  const placeOf = (key: string) => "abcdef".indexOf(key);
  const draw = (width: number, shift: (key: string, j: number) => number) =>
    Float32Array.from(
      keys.flatMap((key) => Array.from({ length: width }, (_, j) => shift(key, j) + rng.normal())),
    );
  const genes = draw(cols, (key, j) => Math.floor(j / 6) === placeOf(key) ? 2 : 0);
  const vectors = draw(8, (key, j) => j === placeOf(key) ? 3 : 0);
  return {
    genes: { data: genes, rows: keys.length, cols },
    vectors: { data: vectors, rows: keys.length, cols: 8 },
    keys,
    validation: Int32Array.from(keys.keys().filter((row) => row % 5 === 0)),
  };
}

Deno.test(`fitGaussians gives the Mahalanobis distances of scikit-learn ${golden.versions["scikit-learn"]}`, () => {
  const table = (values: number[]) => ({
    data: Float32Array.from(values),
    rows: values.length / 4,
    cols: 4,
  });
  const distances = fitGaussians(table(golden.rows), Int32Array.from(golden.codes))(table(golden.query));
  // float32 features, float64 arithmetic
  distances.nearest.forEach((value, i) => assert.ok(Math.abs(value / golden.nearest[i] - 1) < 1e-5));
  distances.relative.forEach((value, i) => assert.ok(Math.abs(value - golden.relative[i]) < 1e-4));
});

Deno.test("fitPrincipalSpace maps the rows that it was fitted to as it maps others, along orthogonal directions", () => {
  const { genes } = drawCells("abc", { each: 15, cols: 20 });
  const map = fitPrincipalSpace(genes, { scaling: measureScaling(genes), rng: createRng(4) });
  const scores = map(genes);
  const dot = (j: number, k: number) => {
    let sum = 0;
    for (let row = 0; row < scores.rows; row++) {
      sum += scores.data[row * scores.cols + j] * scores.data[row * scores.cols + k];
    }
    return sum;
  };
  assert.ok(dot(0, 0) > dot(1, 1) && dot(1, 1) > dot(2, 2));
  assert.ok(Math.abs(dot(0, 1)) < 1e-3 * dot(0, 0)); // float32 products
});

Deno.test("fitNoveltyWeights trusts the sign that tells novel cells from known ones, and keeps the prior without evidence", () => {
  const rng = createRng(2);
  const draw = (shift: number) => Float32Array.from({ length: 200 }, () => shift + rng.normal());
  const evidence = [{
    novel: forSigns((sign) => draw(sign === "genes" ? 3 : 0)),
    known: forSigns(() => draw(0)),
  }];
  const { weights, bias } = fitNoveltyWeights(evidence);
  assert.ok(
    weights.genes > 3 * weights.energy && weights.genes > 3 * weights.encoder,
    JSON.stringify(weights),
  );
  const [novel, known] = [evidence[0].novel, evidence[0].known].map((signs) =>
    noveltyScores(signs, { weights, bias })
  );
  const above = (scores: Float32Array) => scores.filter((score) => score > 0.5).length / scores.length;
  assert.ok(above(novel) > 0.8 && above(known) < 0.2, `${above(novel)} ${above(known)}`);
  const prior = fitNoveltyWeights([]);
  assert.equal(new Set(Object.values(prior.weights)).size, 1);
});

Deno.test("fitNovelty scores cells of a new type above those of known types, in [0, 1]", () => {
  const reference = drawCells("abcd");
  const query = drawCells("abcde", { seed: 9 });
  const { signs, score, leftOut } = fitNovelty(reference, { seed: 1 });
  const scores = score(signs(query), query.keys.map((key) => key === "e" ? "a" : key));
  const isNew = query.keys.map((key) => key === "e");
  assert.equal(leftOut, 4);
  assert.ok(scores.every((score) => score >= 0 && score <= 1));
  assert.ok(auroc(isNew, scores) > 0.8, `${auroc(isNew, scores)}`); // chance is 0.5
});

Deno.test("withoutShift takes away what all called types have in common, and leaves one odd type and a file that is odd all over", () => {
  const called = ["a", "b", "c"].flatMap((type) => new Array<string>(12).fill(type));
  const signs = forSigns((sign) =>
    Float32Array.from(called, (type) => sign === "energy" ? -1 : sign === "genes" ? 7 : type === "c" ? 6 : 2)
  );
  const left = withoutShift(signs, called);
  assert.deepEqual([left.markers[0], left.markers[35]], [0, 4]);
  assert.equal(left.energy[0], -1); // less odd than the reference is no shift
  assert.equal(left.genes[0], 4); // a shift of 3 at most
  assert.equal(withoutShift(signs, called.map((_, i) => `${i}`)), signs);
});

Deno.test("fitExperts keeps its prior weights where the model was trained on the reference", () => {
  const [seen, unseen] = [true, false].map((modelHasSeen) =>
    fitExperts(drawCells("ab"), { seed: 1, text, modelHasSeen }).weights
  );
  assert.deepEqual(seen, { encoder: 0.1, markers: 0.3, genes: 0.7, text: 0.1 });
  assert.notDeepEqual(unseen, seen);
});

Deno.test("fitExperts names held-out cells, and trusts an expert that is right more than its prior", () => {
  const reference = drawCells("abc", { each: 40 });
  const noise = createRng(3);
  const blind = { ...reference.vectors, data: reference.vectors.data.map(() => noise.normal()) };
  const weights = (cells: LearningCells) => fitExperts(cells, { seed: 1, text }).weights;
  assert.ok(weights(reference).encoder > weights({ ...reference, vectors: blind }).encoder);
  const query = drawCells("abc", { each: 40, seed: 8 });
  const { answer, classes } = fitExperts(reference, { seed: 1, text });
  const probabilities = answer(query);
  const hits = query.keys.filter((key, row) => {
    const own = probabilities.subarray(row * 3, row * 3 + 3);
    return classes[own.indexOf(Math.max(...own))] === key;
  });
  assert.ok(hits.length / query.keys.length > 0.9, `${hits.length}`);
});

Deno.test("noveltyExperiment holds out each type in turn and scores it beside its baselines", () => {
  const rows = noveltyExperiment(drawCells("abcd"), drawCells("abcdf", { seed: 5 }), { seed: 1, text });
  assert.deepEqual(rows.map(({ key, cells }) => [key, cells]), ["a", "b", "c", "d"].map((key) => [key, 20]));
  for (const { scores } of rows) {
    assert.deepEqual(Object.keys(scores), ["kcellfm", "max_softmax", "nearest_cells"]);
    assert.ok(scores.kcellfm.auroc > 0.7, JSON.stringify(scores.kcellfm));
    const { seen_accuracy: a, unseen_detected: b, h_score } = scores.kcellfm;
    assert.ok(Math.abs(h_score - (a + b === 0 ? 0 : 2 * a * b / (a + b))) < 1e-12);
  }
});

Deno.test("noveltyExperiment needs three types", () => {
  assert.throws(
    () => noveltyExperiment(drawCells("ab"), drawCells("ab"), { seed: 1, text }),
    /Cannot hold out types: 2 of the reference have 5 cells or more in the query, at least three are needed/,
  );
});
