import assert from "node:assert/strict";
import { loadOntology } from "../../lib/ontology/mod.ts";
import { addToTally, emptyTally, subtypeRule } from "../../lib/experiments/atlas/mod.ts";
import {
  calledFigure,
  integrationFigure,
  memoryFigure,
  methodFigure,
  reliabilityFigure,
  shardTable,
  typeFigure,
} from "../../lib/chapters/atlas.ts";

const ontology = await loadOntology(null);
const [T_CELL, CD4, B_CELL] = ["CL:0000084", "CL:0000624", "CL:0000236"];

/** Four T cells: two named so, one by a subtype and one wrongly; confidences .9, .9, .9 and .3. */
function smallTally() {
  const tally = emptyTally();
  const calls = [[T_CELL, 0.9], [T_CELL, 0.9], [CD4, 0.9], [B_CELL, 0.3]] as const;
  const rule = subtypeRule(ontology);
  for (const [called, confidence] of calls) addToTally(tally, { truth: T_CELL, called, confidence }, rule);
  return tally;
}

/** The numbers of each trace of a figure, by its name. */
const numbersOf = (data: readonly unknown[], axis: "x" | "y") =>
  Object.fromEntries(
    (data as { name: string; x: number[]; y: number[] }[]).map((trace) => [trace.name, trace[axis]]),
  );

Deno.test("methodFigure shows accuracy strictly and with subtypes right, ours first", () => {
  const { data } = methodFigure({ logistic_regression: smallTally(), same_cells: smallTally() }, ontology, {
    title: "t",
  });
  assert.deepEqual((data[0] as { y: string[] }).y, ["KCellFM", "logistic regression"]);
  const shown = numbersOf(data, "x");
  assert.deepEqual([shown["accuracy"][0], shown["accuracy, subtypes right"][0]], [0.5, 0.75]);
});

Deno.test("reliabilityFigure has a point for each tenth of confidence with enough cells", () => {
  const { data, layout } = reliabilityFigure(smallTally(), { least: 1 });
  const [x, y] = [numbersOf(data, "x"), numbersOf(data, "y")];
  assert.deepEqual(x["KCellFM"].map((value) => Math.round(100 * value) / 100), [0.3, 0.9]);
  assert.deepEqual(y["KCellFM"], [0, 1]);
  assert.deepEqual(numbersOf(reliabilityFigure(smallTally(), { least: 2 }).data, "y")["KCellFM"], [1]);
  assert.match(JSON.stringify(layout), /0\.150/); // (3 |.9 - 1| + |.3 - 0|) / 4
});

Deno.test("typeFigure names the types that have cells, by their F1", () => {
  const { data } = typeFigure(smallTally(), ontology, { title: "t" });
  assert.deepEqual((data[0] as { y: string[] }).y, ["T cell"]);
  assert.ok(Math.abs(numbersOf(data, "x")["F1"][0] - 6 / 7) < 1e-12);
});

Deno.test("calledFigure shows what a type's cells were called, the commonest name first", () => {
  const { data } = calledFigure(smallTally(), ontology, 3); // one type: every number is its
  const { y, x } = data[0] as { y: string[]; x: number[] };
  assert.deepEqual([y[0], x], ["T cell", [0.5, 0.25, 0.25]]);
});

const shard = { labelled: 0, genes: 5, real: false, bytes: 1 };
const STATE = {
  made_by: { model: "m", by: "text", ontology: "o" },
  done: {
    shard_000: { ...shard, cells: 100, seconds: 2, reading_seconds: 0.5, rss_mb: 300, peak_mb: 400 },
    shard_001: { ...shard, cells: 50, seconds: 1, reading_seconds: 0.1, rss_mb: 301, peak_mb: 401 },
  },
};

Deno.test("memoryFigure and shardTable show what each shard took", () => {
  const { data } = memoryFigure(STATE);
  assert.deepEqual([numbersOf(data, "x")["in use"], numbersOf(data, "y")["in use"]], [[100, 150], [
    300,
    301,
  ]]);
  assert.deepEqual(shardTable(STATE).rows(), [["shard_000", 100, 50, 25, 300], [
    "shard_001",
    50,
    50,
    10,
    301,
  ]]);
});

Deno.test("integrationFigure shows six scores of each embedding", () => {
  const scores = {
    nmi: 0.1,
    ari: 0.2,
    asw: 0.3,
    avg_bio: 0.2,
    batch_asw: 0.5,
    graph_connectivity: 0.6,
    avg_batch: 0.55,
  };
  const { data } = integrationFigure({ pca: scores, kcellfm: scores });
  assert.deepEqual(data.map((trace) => (trace as { name: string }).name), ["KCellFM", "PCA of the genes"]);
  assert.deepEqual(numbersOf(data, "x")["KCellFM"], [0.1, 0.2, 0.3, 0.2, 0.5, 0.6]);
});
