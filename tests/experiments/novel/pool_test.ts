import assert from "node:assert/strict";
import { selectTypes } from "../../../lib/cell/mod.ts";
import { resultSchema } from "../../../lib/metrics/mod.ts";
import { ancestors, loadOntology } from "../../../lib/ontology/mod.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import {
  accuracyTree,
  difficultyFigure,
  distanceFigure,
  fullestBranch,
  heldOutFigure,
  levelTable,
  partsTable,
  rulesFigure,
} from "../../../lib/chapters/novel.ts";
import {
  applyRules,
  type NamedNovelCells,
  openPool,
  POOL,
  type Pool,
  RULE_SETTINGS,
  runPool,
  scoreRules,
  simulatedNovelSet,
} from "../../../lib/experiments/novel/mod.ts";
import { inFolder } from "../../folder.ts";
import { onRealData } from "../../mirror.ts";
import { tableOf } from "../../../lib/matrix/mod.ts";

await startBackend();
const ontology = await loadOntology(null);
const options = { cells: 400, seen: 24, validation: 2, novel: 12, genes: 400, depth: 1500, rarity: 0 };
const set = await simulatedNovelSet({ ...options, seed: 3 });

Deno.test("runPool names each type once, by a model that met none of its branch", async () => {
  const pool: Pool = { ...set, studies: set.seen };
  const ids = [...new Set(set.seen[0].types)].map(String);
  const { types, result } = await runPool(pool, {
    preset: "nano",
    seed: 1,
    backend: "test",
    branches: ["hematopoietic cell", "T cell"],
    training: { epochs: 1 },
  });
  resultSchema.parse(result);
  const below = ids.filter((id) => ancestors(ontology, id).has("CL:0000988"));
  assert.ok(types.length > 1 && types.every(({ id }) => below.includes(id)));
  assert.equal(new Set(types.map(({ id }) => id)).size, types.length);
  for (const { id, scores: { all, pool: among } } of types) {
    assert.ok(all.text.mean_rank >= 1 && among.text.mean_rank <= ids.length);
    assert.equal(result.baselines[id.replace(":", "_")].mean_rank, all.text.mean_rank);
  }
});

onRealData("openPool opens every set of the pool, its labelled cells alone, few of a type", async () => {
  const pool = await openPool({ most: 10, rng: createRng(1) });
  assert.ok(pool !== null);
  assert.equal(pool.studies.length, POOL.length);
  for (const { source, types } of pool.studies) {
    const counts = Map.groupBy(types, (id) => id);
    assert.ok(source.nObs > 0 && !counts.has(null));
    for (const cells of counts.values()) assert.ok(cells.length <= 10);
  }
});

Deno.test("openPool opens nothing where fewer than two sets are at hand", () =>
  inFolder(async (folder) => {
    const places = ["KCELLFM_CACHE", "KCELLFM_MIRROR"].map((name) => [name, Deno.env.get(name)] as const);
    for (const [name] of places) Deno.env.set(name, folder);
    try {
      assert.equal(await openPool({ most: 10, rng: createRng(1) }), null);
    } finally {
      for (const [name, value] of places) {
        value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
      }
    }
  }));

/** Cells named by rules from made-up evidence about the novel types of the set: text near, the rest noise. */
function named(): NamedNovelCells {
  const rng = createRng("named");
  const candidates = [...new Set(set.novel.types)].map(String).sort();
  const text = selectTypes(set.types, candidates);
  const width = text.cols;
  const truth = Int32Array.from({ length: 10 * candidates.length }, (_, i) => i % candidates.length);
  const vectors = Float32Array.from(
    { length: truth.length * width },
    (_, i) => text.data[truth[Math.floor(i / width)] * width + i % width] + 0.05 * rng.normal(),
  );
  const draw = (length: number) => Float32Array.from({ length }, () => rng.uniform());
  const evidence = {
    cells: tableOf(vectors, width),
    prototypes: tableOf(draw(5 * width), width),
    text,
    similarity: tableOf(draw(5 * candidates.length), 5),
  };
  const task = { evidence, candidates, truth };
  const scores = applyRules(task, { settings: RULE_SETTINGS, rng });
  return { task, scores, settings: RULE_SETTINGS, levels: scoreRules(task, scores, rng) };
}

Deno.test("difficultyFigure and rulesFigure show the levels as they are", () => {
  const run = named();
  const traces = difficultyFigure(run.levels).data as { name?: string; y: number[] }[];
  const text = traces.find(({ name }) => name === "text")!;
  assert.deepEqual(text.y, run.levels.text.map(({ mean }) => mean.accuracy));
  const published = traces.find(({ name }) => name === "published, set 1")!;
  assert.deepEqual([published.y[0], published.y[4]], [0.6932, 0.3203]);
  const bars = rulesFigure(run.levels).data as { x: number[] }[];
  assert.equal(bars[0].x[0], run.levels.text[4].mean.accuracy);
  assert.equal(levelTable(run.levels).height, 9);
});

Deno.test("accuracyTree colours the novel types below its root and nothing else", () => {
  const run = named();
  const root = fullestBranch(ontology, run.task.candidates, 6);
  const inside = run.task.candidates.filter((id) => ancestors(ontology, id).has(root));
  const traces = accuracyTree(ontology, { named: run, root }).data as {
    marker?: { color: unknown };
    text?: string[];
  }[];
  const valued = traces.find(({ marker }) => Array.isArray(marker?.color))!;
  assert.equal(valued.text!.length, inside.length);
  assert.ok((valued.marker!.color as number[]).every((share) => share >= 0 && share <= 1));
});

Deno.test("distanceFigure puts cells that are named right at 0 steps, and all of them somewhere", () => {
  const run = named();
  const [ours, guesses] = distanceFigure(ontology, run).data as { y: number[] }[];
  assert.ok(Math.abs(ours.y[0] - run.levels.text[4].mean.accuracy) < 1e-9);
  for (const { y } of [ours, guesses]) assert.ok(Math.abs(y.reduce((sum, share) => sum + share) - 1) < 1e-9);
});

Deno.test("heldOutFigure and partsTable list every type and part", () => {
  const scores = { mean_rank: 3, top1: 0, top5: 1 };
  const all = { text: scores, prototype_pagerank: scores, combination: scores, shuffled_ontology: scores };
  const types = ["a", "b"].map((id) => ({ id, name: id, fold: "f", cells: 1, scores: { all, pool: all } }));
  const [bars] = heldOutFigure(types, 99).data as { y: string[] }[];
  assert.deepEqual(bars.y, ["a", "b"]);
  assert.deepEqual(partsTable(set).getColumn("types").toArray(), [24, 2, 12]);
});
