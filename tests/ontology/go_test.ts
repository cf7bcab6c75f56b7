import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fetchGoTerms, goNeighbours, jaccard, readGoTerms, type TermTable } from "../../lib/ontology/mod.ts";
import { onRealData } from "../mirror.ts";

const terms: TermTable = new Map(Object.entries({
  A: new Set(["GO:1", "GO:2", "GO:3"]),
  B: new Set(["GO:1", "GO:2", "GO:4"]),
  C: new Set(["GO:3", "GO:5"]),
  D: new Set(["GO:9"]),
}));

Deno.test("jaccard counts shared terms over all, 0 for genes without any", () => {
  assert.equal(jaccard(new Set("ab"), new Set("bcd")), 1 / 4);
  assert.equal(jaccard(new Set("ab"), new Set("ab")), 1);
  assert.equal(jaccard(new Set(), new Set()), 0);
});

Deno.test("goNeighbours joins each gene to the most similar others, none to itself or to the unknown", () => {
  const { source, target, weight } = goNeighbours(["A", "B", "C", "D", "X"], terms);
  const edges = Array.from(source, (from, i) => [target[i], from, Math.round(100 * weight[i]) / 100]);
  assert.deepEqual(edges, [[0, 1, 0.5], [0, 2, 0.25], [1, 0, 0.5], [2, 0, 0.25]]);
});

Deno.test("goNeighbours keeps k neighbours above a similarity", () => {
  assert.deepEqual(Array.from(goNeighbours(["A", "B", "C"], terms, { k: 1 }).source), [1, 0, 0]);
  assert.deepEqual(Array.from(goNeighbours(["A", "B", "C"], terms, { above: 0.3 }).source), [1, 0]);
});

Deno.test("readGoTerms reads aspects, leaves out what is not known, and refuses other tables", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "gene2go.tsv.gz");
    const lines = ["A\tGO:1\tIDA\tBP", "A\tGO:2\tTAS\tCC", "A\tGO:1\tIEA\tBP", "B\tGO:3674\tND\tMF"];
    await Deno.writeFile(path, gzipSync(lines.join("\n") + "\n"));
    assert.deepEqual(readGoTerms(path), new Map([["A", new Set(["GO:1", "GO:2"])]]));
    assert.deepEqual(readGoTerms(path, { aspects: ["CC"] }), new Map([["A", new Set(["GO:2"])]]));
    const other = join(folder, "other.tsv");
    await Deno.writeTextFile(other, "a\tb\n");
    assert.throws(() => readGoTerms(other), /no line has a gene symbol and a GO id/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

onRealData("the GO table at hand puts IFNGR1 beside IFNGR2, and JAK2 and STAT1 near each other", async () => {
  const known = await fetchGoTerms();
  assert.ok(known.size > 18_000, `${known.size}`);
  const genes = ["IFNGR1", "IFNGR2", "JAK2", "STAT1", "FN1", "MYC", "CAV1", "CD86"];
  const { source, target } = goNeighbours(genes, known, { above: 0, k: 1 });
  const nearest = new Map(Array.from(target, (to, i) => [genes[to], genes[source[i]]]));
  assert.equal(nearest.get("IFNGR1"), "IFNGR2");
  assert.equal(nearest.get("IFNGR2"), "IFNGR1");
});
