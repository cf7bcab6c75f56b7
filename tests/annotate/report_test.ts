import assert from "node:assert/strict";
import { mapCells } from "../../lib/cell/embedding/umap.ts";
import { termLink } from "../../lib/annotate/report/html.ts";
import { tableHtml } from "../../lib/figures/mod.ts";
import type { Annotation } from "../../lib/annotate/mod.ts";
import { howNamed, shorten } from "../../lib/annotate/report/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";

/** Two clouds of unit-ish vectors that point apart. */
function clouds(cells: number, width = 8) {
  const rng = createRng(2);
  const vectors = Float32Array.from({ length: cells * width }, (_, at) => {
    const cloud = Math.floor(at / width) % 2;
    return 0.1 * rng.normal() + (at % width === cloud ? 1 : 0);
  });
  return { data: vectors, rows: cells, cols: width };
}

Deno.test("mapCells keeps what is alike together and is the same for the same seed", () => {
  const embeddings = clouds(60);
  const { x, y, rows } = mapCells(embeddings, { seed: 1 });
  assert.deepEqual([x, y], [mapCells(embeddings, { seed: 1 }).x, mapCells(embeddings, { seed: 1 }).y]);
  const centre = (cloud: number) => {
    const own = [...rows.keys()].filter((i) => rows[i] % 2 === cloud);
    return [x, y].map((axis) => own.reduce((sum, i) => sum + axis[i], 0) / own.length);
  };
  const [a, b] = [centre(0), centre(1)];
  const near = (i: number, to: number[]) => Math.hypot(x[i] - to[0], y[i] - to[1]);
  for (const i of rows.keys()) assert.equal(near(i, a) < near(i, b), rows[i] % 2 === 0);
});

Deno.test("mapCells samples large files and copes with tiny ones", () => {
  const { rows } = mapCells(clouds(60), { seed: 1, maxCells: 20 });
  assert.equal(rows.length, 20);
  assert.deepEqual(rows, rows.toSorted());
  assert.equal(mapCells(clouds(2), { seed: 1 }).x.length, 2);
});

Deno.test("tableHtml lets no caption break the page", () => {
  const columns = [{ head: "n", number: true, cell: (row: number) => String(row) }];
  const html = tableHtml([1, 2], columns, { caption: "<caption>" });
  assert.match(html, /<caption>&lt;caption&gt;<\/caption>[\s\S]*<td class="n">2<\/td>/);
});

Deno.test("termLink links Cell Ontology ids only", () => {
  assert.match(termLink("CL:0000084"), /^<a href="https:[^"]*CL%3A0000084">CL:0000084<\/a>$/);
  assert.equal(termLink(""), "—");
  assert.equal(termLink("<x>"), "&lt;x&gt;");
});

Deno.test("shorten keeps both ends of a long name", () => {
  assert.equal(shorten("B cell"), "B cell");
  const name = "naive thymus-derived CD4-positive, alpha-beta T cell";
  assert.equal(shorten(name), "naive CD4-positive T cell");
  assert.equal(shorten("a".repeat(30) + "b".repeat(30), 21), "a".repeat(10) + "…" + "b".repeat(10));
});

Deno.test("howNamed says by what cells were named", () => {
  const reference = { name: "pbmc3k.h5ad" } as Annotation["reference"];
  assert.equal(howNamed({ reference, namedBy: [] }), "named by the reference pbmc3k.h5ad");
  assert.equal(howNamed({ reference: null, namedBy: ["text"] }), "named by Cell Ontology text");
  assert.equal(
    howNamed({ reference: null, namedBy: ["classes", "markers", "neighbours"] }),
    "named without a reference, by classes, markers and neighbours",
  );
});
