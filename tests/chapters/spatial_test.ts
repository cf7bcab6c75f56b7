import assert from "node:assert/strict";
import { loadOntology } from "../../lib/ontology/mod.ts";
import {
  errorMap,
  markerHeatmap,
  markerMap,
  neighbourHeatmap,
  sharesFigure,
  tissueMap,
  typeShares,
  typesOf,
} from "../../lib/chapters/spatial/mod.ts";
import { twoTypes } from "../experiments/spatial/helpers.ts";

/** Ten cells of A in a row, then five of B, then one without a label; the last B and the unlabelled one are test cells. */
const cells = {
  ...twoTypes([..."AAAAAAAAAABBBBB", null]),
  isTest: Array.from({ length: 16 }, (_, row) => row >= 14),
};

const ontology = await loadOntology(null);

/** The z of the only trace of a heatmap. */
const matrixOf = (figure: { data: unknown[] }) => (figure.data[0] as { z: number[][] }).z;

Deno.test("typesOf puts the most frequent type first", () => {
  assert.deepEqual(typesOf(cells), ["A", "B"]);
});

Deno.test("tissueMap draws the labelled cells of a part, one trace a type, y downwards", () => {
  const { data, layout } = tissueMap(cells, { title: "train", part: "train" });
  const sizes = data.map((trace) => (trace as { x: number[] }).x.length);
  assert.deepEqual(sizes, [10, 4]);
  assert.equal(layout.yaxis?.autorange, "reversed");
  const all = tissueMap(cells, { title: "all" }).data.map((trace) => (trace as { x: number[] }).x.length);
  assert.deepEqual(all, [10, 5]);
});

Deno.test("a type has the same colour in every map of a set", () => {
  const colors = (part: "train" | "test") =>
    tissueMap(cells, { title: part, part }).data.map((trace) =>
      (trace as { marker: { color: string } }).marker.color
    );
  assert.equal(colors("train")[1], colors("test")[0]);
});

Deno.test("markerHeatmap shows means in standard deviations, each marker under the type that shows it most", () => {
  const figure = markerHeatmap(cells, { title: "heat" });
  const [a, b] = matrixOf(figure);
  const columns = (figure.data[0] as { x: string[] }).x;
  const cd4 = columns.indexOf("CD4");
  assert.ok(a[cd4] < -0.5 && b[cd4] > 1, `${a[cd4]}, ${b[cd4]}`);
});

Deno.test("neighbourHeatmap is above chance within a type whose cells keep to themselves", () => {
  const [a, b] = matrixOf(neighbourHeatmap(cells, { title: "who", k: 2 }));
  assert.ok(a[0] > 0 && b[1] > 0 && a[1] < 0 && b[0] < 0, JSON.stringify([a, b]));
});

Deno.test("typeShares gives each type's share of both parts in per cent", () => {
  const rows = typeShares({ cells }).rows();
  assert.deepEqual(rows, [["B", 28.6, 100], ["A", 71.4, 0]]);
});

Deno.test("markerMap draws one part by one marker, and names the panel when there is no such marker", () => {
  const { data } = markerMap(cells, { marker: "CD4", part: "test" });
  assert.equal((data[0] as { x: number[] }).x.length, 2);
  assert.throws(() => markerMap(cells, { marker: "CD99", part: "test" }), /"CD99" \(the panel has: .*CD4/);
});

Deno.test("sharesFigure has the shares of typeShares", () => {
  const series = sharesFigure({ cells }).data.map((trace) => (trace as { x: number[] }).x);
  assert.deepEqual(series, [[28.6, 71.4], [100, 0]]);
});

Deno.test("errorMap tells right calls, near misses and far ones by steps in the ontology", () => {
  const run = {
    folds: [{
      truth: ["A", "A", "A"],
      answers: { kcellfm: { labels: ["A", "B", "C"] } },
      tuned: { test: { rows: Int32Array.of(0, 1, 2) } },
    }],
  };
  const terms = new Map([["A", "CL:0000624"], ["B", "CL:0000084"], ["C", "CL:0000057"]]);
  const { data } = errorMap({ cells, terms }, run, { ontology, steps: 4 });
  assert.deepEqual(data.map(({ name }) => name), [
    "right (1)",
    "wrong, fewer than 4 steps away (1)",
    "wrong, 4 steps away or more (1)",
  ]);
});
