import assert from "node:assert/strict";
import { annotate, callClusters, obsColumns, readClusters } from "lib/annotate/mod.ts";
import { memorySource } from "lib/data/mod.ts";
import { loadOntology } from "lib/ontology/mod.ts";
import { startBackend } from "lib/runtime/mod.ts";
import { renderReport } from "../../lib/annotate/report/mod.ts";
import { linearEmbedder, withPair } from "./fixture.ts";

const backend = await startBackend();
const ontology = await loadOntology(null);
const TYPES = [{ id: "CL:0000236", name: "B cell" }, { id: "CL:0000084", name: "T cell" }];

/** Calls with these probabilities of a B cell. */
const callsOf = (b: readonly number[]) => ({
  types: TYPES,
  best: Int32Array.from(b, (p) => p >= 0.5 ? 0 : 1),
  confidence: Float32Array.from(b, (p) => Math.max(p, 1 - p)),
  probabilities: Float32Array.from(b.flatMap((p) => [p, 1 - p])),
  novelty: new Float32Array(b.length),
});

Deno.test("callClusters names a cluster by summed probabilities, not by the majority of its cells", () => {
  const clusters = ["x", "x", "x", "y", "y", null];
  const { calls, of } = callClusters("leiden", clusters, callsOf([0.9, 0.45, 0.45, 0.1, 0.2, 0.9]));
  assert.deepEqual(calls.map(({ cluster, type }) => [cluster, type.name]), [["x", "B cell"], [
    "y",
    "T cell",
  ]]);
  const [x, y] = calls;
  assert.ok(Math.abs(x.probability - 0.6) < 1e-6 && Math.abs(x.agreement - 1 / 3) < 1e-12);
  assert.deepEqual([x.mixed, y.mixed, x.runnerUp?.type.name], [true, false, "T cell"]);
  assert.deepEqual([...of], [0, 0, 0, 1, 1, -1]);
});

Deno.test("readClusters names the columns that there are, and refuses one without a value", () => {
  const matrix = {
    rows: 2,
    cols: 1,
    indptr: Int32Array.of(0, 0, 0),
    indices: new Int32Array(),
    data: new Float32Array(),
  };
  const source = memorySource({
    name: "few",
    matrix,
    obsNames: ["a", "b"],
    varNames: ["CD3E"],
    obs: { leiden: ["0", ""], none: ["", ""] },
  });
  assert.deepEqual(readClusters(source, "leiden"), ["0", null]);
  assert.throws(
    () => readClusters(source, "louvain"),
    /obs of few has no column "louvain" \(its columns: leiden, none\)/,
  );
  assert.throws(() => readClusters(source, "none"), /no cell of few has a value in obs "none"/);
});

Deno.test("annotate with clusters adds the name of each cell's cluster, and the report shows both answers", () =>
  withPair(async ({ query, genes }) => {
    const request = { input: query, clusterKey: "cell_type" };
    const answer = await annotate(request, { embedder: linearEmbedder(genes), ontology, seed: 42 });
    const columns = obsColumns(answer);
    const { kcellfm_cluster_type: named } = columns as typeof columns & { kcellfm_cluster_type: string[] };
    assert.equal(new Set(named).size <= answer.clusters!.calls.length, true);
    assert.deepEqual(
      named,
      Array.from(answer.clusters!.of, (place) => answer.clusters!.calls[place].type.name),
    );
    const facts = { seconds: 1, cells_per_second: 1, peak_mb: 1, versions: {}, backend: backend.name };
    assert.match(await renderReport(answer, facts), /<h2>One name a cluster<\/h2>.*cells that agree/s);
    const without = await annotate({ input: query }, { embedder: linearEmbedder(genes), ontology, seed: 42 });
    assert.ok(!("kcellfm_cluster_type" in obsColumns(without)));
    assert.doesNotMatch(await renderReport(without, facts), /One name a cluster/);
  }, { cells: 120, genes: 120 }));
