import assert from "node:assert/strict";
import {
  adjustedRandIndex,
  batchAsw,
  bestCommunities,
  communities,
  graphConnectivity,
  integrationScores,
  neighbourGraph,
  normalisedMutualInformation,
  silhouettes,
  typeAsw,
} from "../../lib/metrics/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import golden from "../fixtures/metrics/integration.json" with { type: "json" };
import { rowAt, tableOf } from "../../lib/matrix/mod.ts";
import { assertClose } from "../close.ts";

const sklearn = `scikit-learn ${golden.versions["scikit-learn"]}`;
/** Both sides compute in float64; only the order of sums differs. */
const CLOSE = 1e-9;
const { truth, partitions, embedding } = golden;
const { types, batches, width } = embedding;
const points = tableOf(Float32Array.from(embedding.vectors), width);
/** Coordinates come through JSON as float32 in both languages, distances are float64. */
const CLOSE_POINTS = 1e-6;

for (const { name, other, nmi, ari } of partitions) {
  Deno.test(`normalisedMutualInformation and adjustedRandIndex equal ${sklearn} on a partition that is ${name}`, () => {
    assertClose(normalisedMutualInformation(truth, other), nmi, CLOSE, "NMI");
    assertClose(normalisedMutualInformation(other, truth), nmi, CLOSE, "NMI the other way");
    assertClose(adjustedRandIndex(truth, other), ari, CLOSE, "ARI");
  });
}

Deno.test("adjustedRandIndex equals a count over all pairs of cells", () => {
  const other = partitions[0].other;
  let [both, inTruth, inOther, all] = [0, 0, 0, 0];
  truth.forEach((_, i) => {
    for (let j = 0; j < i; j++) {
      const [a, b] = [truth[i] === truth[j], other[i] === other[j]];
      both += Number(a && b);
      inTruth += Number(a);
      inOther += Number(b);
      all++;
    }
  });
  const chance = inTruth * inOther / all;
  assertClose(
    adjustedRandIndex(truth, other),
    (both - chance) / ((inTruth + inOther) / 2 - chance),
    CLOSE,
    "ARI",
  );
});

Deno.test(`silhouettes, typeAsw and batchAsw equal ${sklearn} under scIB's scaling`, () => {
  silhouettes(points, types).forEach((s, i) =>
    assertClose(s, embedding.silhouettes[i], CLOSE_POINTS, `point ${i}`)
  );
  assertClose(typeAsw(points, types), embedding.asw, CLOSE_POINTS, "ASW");
  assertClose(batchAsw(points, { types, batches }), embedding.batch_asw, CLOSE_POINTS, "batch ASW");
});

Deno.test("silhouettes equal their definition, point by point", () => {
  const at = (row: number) => rowAt(points, row);
  const apart = (a: number, b: number) => Math.hypot(...at(a).map((value, j) => value - at(b)[j]));
  const meanTo = (row: number, type: string) => {
    const rows = types.flatMap((other, i) => other === type && i !== row ? [i] : []);
    return rows.length === 0 ? NaN : rows.reduce((sum, i) => sum + apart(row, i), 0) / rows.length;
  };
  silhouettes(points, types).forEach((s, row) => {
    const within = meanTo(row, types[row]);
    const others = [...new Set(types)].filter((type) => type !== types[row]);
    const next = Math.min(...others.map((type) => meanTo(row, type)));
    const expected = Number.isNaN(within) ? 0 : (next - within) / Math.max(next, within);
    assertClose(s, expected, CLOSE_POINTS, `point ${row}`);
  });
});

Deno.test("neighbourGraph joins every point to its nearest others, as a full sort finds them", () => {
  const k = 5;
  const { size, neighbours } = neighbourGraph(points, k);
  const at = (row: number) => rowAt(points, row);
  const nearest = (row: number) =>
    Array.from({ length: size }, (_, i) => i).filter((i) => i !== row)
      .map((i) => ({ i, d: at(i).reduce((sum, v, j) => sum + (v - at(row)[j]) ** 2, 0) }))
      .sort((a, b) => a.d - b.d).slice(0, k - 1).map(({ i }) => i);
  const sorted = Array.from({ length: size }, (_, row) => nearest(row));
  const joined = (a: number, b: number) => sorted[a].includes(b) || sorted[b].includes(a);
  neighbours.forEach((found, row) => {
    const expected = Array.from({ length: size }, (_, i) => i).filter((i) => i !== row && joined(row, i));
    assert.deepEqual(found, expected);
  });
});

Deno.test("graphConnectivity is the share of the largest part of each type, averaged", () => {
  assertClose(
    graphConnectivity(neighbourGraph(points, 15), types),
    embedding.graph_connectivity,
    CLOSE,
    "golden",
  );
  // a: two of three joined (the third by way of b only), b: both joined
  const graph = { size: 5, neighbours: [[1], [0, 3], [4], [1, 4], [2, 3]] };
  assertClose(graphConnectivity(graph, ["a", "a", "a", "b", "b"]), (2 / 3 + 1) / 2, CLOSE, "by hand");
});

/** `count` points around each of three far corners of a triangle. */
function corners(count: number) {
  const rng = createRng(2);
  const labels = Array.from({ length: 3 * count }, (_, i) => "abc"[i % 3]);
  const vectors = labels.flatMap((label) => [
    (label === "a" ? 40 : 0) + rng.normal(),
    (label === "b" ? 40 : 0) + rng.normal(),
  ]);
  return { points: tableOf(Float32Array.from(vectors), 2), labels };
}

Deno.test("bestCommunities finds groups that lie apart, the same for the same seed", () => {
  const { points, labels } = corners(40);
  const graph = neighbourGraph(points, 15);
  const found = bestCommunities(graph, labels, createRng(1));
  assert.equal(normalisedMutualInformation(labels, found), 1);
  assert.deepEqual(bestCommunities(graph, labels, createRng(1)), found);
});

Deno.test("communities become more as the resolution rises", () => {
  const graph = neighbourGraph(corners(60).points, 15);
  const count = (resolution: number) => new Set(communities(graph, { resolution, rng: createRng(1) })).size;
  assert.ok(count(0.1) < count(3));
});

Deno.test("integrationScores are 1 or nearly where types lie apart and batches mix, and fall when batches part", () => {
  const { points, labels: types } = corners(60);
  const rng = createRng(3);
  const mixed = types.map(() => rng.choice(["x", "y"]));
  const good = integrationScores(points, { types, batches: mixed }, { rng: createRng(1) });
  assertClose(good.nmi, 1, CLOSE, "NMI");
  assertClose(good.avg_bio, (good.nmi + good.ari + good.asw) / 3, CLOSE, "AvgBio");
  assert.ok(good.asw > 0.95 && good.batch_asw > 0.85, JSON.stringify(good));
  const shifted = points.data.map((value, i) => value + (mixed[Math.floor(i / 2)] === "y" ? 15 : 0));
  const parted = integrationScores({ ...points, data: shifted }, { types, batches: mixed }, {
    rng: createRng(1),
  });
  assert.ok(parted.batch_asw < 0.3, `batch ASW ${parted.batch_asw}`);
  assert.ok(parted.graph_connectivity < 0.7, `connectivity ${parted.graph_connectivity}`);
});

Deno.test("integrationScores and its parts say what does not fit", () => {
  const one = { rng: createRng(1) };
  assert.throws(
    () => integrationScores(points, { types: ["a"], batches }, one),
    /90 cells: 1 types and 90 batches/,
  );
  assert.throws(() => silhouettes(points, types.map(() => "a")), /of 1 groups/);
  assert.throws(() => adjustedRandIndex(["a"], []), /of 1 and 0 cells/);
});
