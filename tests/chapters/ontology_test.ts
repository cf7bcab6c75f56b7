import assert from "node:assert/strict";
import {
  branchFigure,
  depthFigure,
  relationFigure,
  similarityFigure,
  termGraph,
} from "../../lib/chapters/ontology.ts";
import { liveTerms, loadOntology, parseObo } from "../../lib/ontology/mod.ts";
import { TINY_OBO } from "../ontology/fixture.ts";

const tiny = parseObo(TINY_OBO, { source: "tiny.obo" });
const slim = await loadOntology(null);

/** What the tests look at in a plotly trace. */
interface Trace {
  readonly name?: string;
  readonly x?: unknown[];
  readonly y?: unknown[];
  readonly z?: number[][];
  readonly text?: string[];
}
const tracesOf = (figure: { data: readonly object[] }): Trace[] => [...figure.data];

Deno.test("termGraph steps over terms between the chosen ones and colours branches", () => {
  const ids = ["CL:0000000", "CL:0000002", "CL:0000004", "CL:0000005"];
  const figure = termGraph(tiny, { ids, branches: ["CL:0000002"], title: "tiny" });
  const traces = tracesOf(figure);
  const coloured = traces.find(({ name, text }) => name === "lymphocyte" && text !== undefined);
  assert.deepEqual(coloured?.text?.map((label) => label.replaceAll("<br>", " ")), [
    "lymphocyte",
    "CD4-positive, alpha-beta T cell",
    "plasma cell",
  ]);
  const edges = (kind: string) =>
    traces.find(({ name }) => name === kind)?.x?.filter((x) => x === null).length;
  assert.equal(edges("is_a"), 3);
  assert.match(JSON.stringify(figure.layout.title), /Cell Ontology 2001-02-03 \(tiny\.obo\)/);
});

Deno.test("depthFigure counts every live term once", () => {
  assert.deepEqual(tracesOf(depthFigure(tiny))[0].y, [1, 2, 2, 2]);
  const counts = tracesOf(depthFigure(slim))[0].y as number[];
  assert.equal(counts.reduce((a, b) => a + b), liveTerms(slim).length);
});

Deno.test("relationFigure puts the ontology's counts beside the published 7,310", () => {
  const [ours, published] = tracesOf(relationFigure(tiny));
  assert.deepEqual(ours.x, [7, 2, 1, 1, 1, 1, 1, 1]);
  assert.equal((published.x as number[]).reduce((a, b) => a + b), 7310);
});

Deno.test("branchFigure has one series an ontology, each with all branches", () => {
  const traces = tracesOf(branchFigure([slim, slim]));
  assert.equal(traces.length, 2);
  assert.ok(traces[0].x?.every((count) => typeof count === "number" && count > 0));
});

Deno.test("similarityFigure finds each type most like itself, and draws no infinity", () => {
  const ids = ["CL:0000084", "CL:0000236", "CL:0000540", "CL:0000057"];
  const z = tracesOf(similarityFigure(slim, { ids }))[0].z ?? [];
  z.forEach((row, i) => {
    assert.equal(Math.max(...row), row[i]);
    assert.ok(row.every((value) => value >= -5 && value <= 0));
  });
  assert.ok(z[0][1] > z[0][2], "a T cell is more like a B cell than like a neuron");
});
