import assert from "node:assert/strict";
import { join } from "node:path";
import { AS_PUBLISHED, disposeModel } from "../../../lib/cell/mod.ts";
import { resultSchema } from "../../../lib/metrics/mod.ts";
import { ancestors, loadOntology, pageRankSimilarity } from "../../../lib/ontology/mod.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import {
  ABLATIONS,
  applyRules,
  branchFolds,
  chooseSettings,
  kept,
  type NamingTask,
  novelSettings,
  RULE_SETTINGS,
  runNovel,
  scoreRules,
  seenSimilarity,
  shuffleTypes,
  simulatedNovelSet,
  trainOnSeen,
} from "../../../lib/experiments/novel/mod.ts";
import { partsTree } from "../../../lib/chapters/novel.ts";
import { tableOf } from "../../../lib/matrix/mod.ts";

await startBackend();
const ontology = await loadOntology(null);

const SMALL = { cells: 700, seen: 12, validation: 4, novel: 8, genes: 500, depth: 1500, rarity: 0 };
const set = await simulatedNovelSet({ ...SMALL, seed: 7 });

/** 400 cells at the text vectors of 20 candidates plus noise; prototypes and PageRank say the same with more noise. */
function namingTask(noise: number): NamingTask {
  const rng = createRng("naming");
  const [width, candidates, cells] = [16, 20, 400];
  const draw = (length: number) => Float32Array.from({ length }, () => rng.normal());
  const text = draw(candidates * width);
  const truth = Int32Array.from({ length: cells }, (_, i) => i % candidates);
  const vectors = Float32Array.from(
    { length: cells * width },
    (_, i) => text[truth[Math.floor(i / width)] * width + i % width] + noise * rng.normal(),
  );
  const prototypes = tableOf(draw(30 * width), width);
  const similarity = Float32Array.from({ length: candidates * 30 }, (_, i) => {
    const [c, s] = [Math.floor(i / 30), i % 30];
    let product = 0;
    for (let k = 0; k < width; k++) product += text[c * width + k] * prototypes.data[s * width + k];
    return Math.exp(product / 4);
  });
  return {
    candidates: Array.from({ length: candidates }, (_, i) => `CL:${i}`),
    truth,
    evidence: {
      cells: tableOf(vectors, width),
      prototypes,
      text: tableOf(text, width),
      similarity: tableOf(similarity, 30),
    },
  };
}

Deno.test("scoreRules: cells near their text are named at every level, and a shuffled ontology breaks it", () => {
  const task = namingTask(0.7);
  const scores = applyRules(task, { settings: RULE_SETTINGS, rng: createRng(1) });
  const levels = scoreRules(task, scores, createRng(2));
  levels.text.forEach(({ mean, sd, types }, i) => {
    for (const rule of ["text", "prototype_pagerank", "combination", "smoothed"] as const) {
      assert.ok(
        levels[rule][i].mean.accuracy > 3 / types || levels[rule][i].mean.accuracy > 0.9,
        `${rule} ${types}`,
      );
    }
    for (
      const control of [
        "shuffled_ontology",
        "shuffled_prototype_pagerank",
        "pagerank_only",
        "chance",
      ] as const
    ) {
      const other = levels[control][i];
      assert.ok(mean.accuracy > other.mean.accuracy + 2 * Math.max(sd.accuracy, other.sd.accuracy), control);
    }
  });
});

Deno.test("chooseSettings leans on the text where the prototypes know nothing", () => {
  const task = namingTask(0.7);
  const blind = {
    ...task,
    evidence: {
      ...task.evidence,
      similarity: tableOf(task.evidence.similarity.data.map((_, i) => i % 7), 30),
    },
  };
  assert.ok(chooseSettings(blind, createRng(3)).weight <= 0.2);
});

Deno.test("simulatedNovelSet deals types out once, and no cell of a novel type is left among the seen", () => {
  const parts = [set.seen[0], set.validation, set.novel].map(({ types }) => new Set(types));
  assert.deepEqual(parts.map(({ size }) => size), [12, 4, 8]);
  assert.equal(new Set(parts.flatMap((part) => [...part])).size, 24);
  const cells = [set.seen[0], set.validation, set.novel].map(({ source }) => source.nObs);
  assert.equal(cells.reduce((sum, n) => sum + n), 700);
  for (const { source, types } of [set.seen[0], set.validation, set.novel]) {
    assert.equal(types.length, source.nObs);
  }
});

Deno.test("runNovel names cells of types it never met and writes a valid result", async () => {
  const run = await runNovel(set, { preset: "nano", seed: 1, backend: "test", training: { epochs: 2 } });
  const result = resultSchema.parse(run.result);
  assert.equal(result.data.seen_types, 12);
  assert.equal(run.task.candidates.length, 8);
  assert.deepEqual(
    Object.keys(result.metrics).sort(),
    ["", "_0.1", "_0.25", "_0.5", "_0.75"].flatMap((at) => [`accuracy${at}`, `macro_f1${at}`]).sort(),
  );
  assert.ok(result.baselines.chance["accuracy"]! < 0.25);
  assert.ok(result.baselines.smoothed["sd_accuracy_0.5"]! > 0);
});

Deno.test("trainOnSeen with learned types moves their vectors, which stay of length one; without, they stay", async () => {
  const { config, training } = novelSettings("nano");
  const vectorsOf = async (learnTypes: boolean) => {
    const { model, prototypes } = await trainOnSeen(set, {
      ...training,
      epochs: 1,
      learnTypes,
      config,
      seed: 1,
    });
    assert.deepEqual(prototypes.ids, model.classes);
    disposeModel(model);
    return model.types.data;
  };
  const [learned, fixed] = [await vectorsOf(true), await vectorsOf(false)];
  assert.equal(learned.length, fixed.length);
  assert.ok(learned.some((value, i) => Math.abs(value - fixed[i]) > 0.01));
  for (const vectors of [learned, fixed]) {
    assert.ok(Math.abs(Math.hypot(...vectors.subarray(0, config.width)) - 1) < 1e-5); // float32
  }
});

Deno.test("trainOnSeen that is stopped throws, so that no half-trained model is scored", async () => {
  const { config, training } = novelSettings("nano");
  const signal = AbortSignal.abort(new DOMException("Stopped", "AbortError"));
  await assert.rejects(trainOnSeen(set, { ...training, signal, config, seed: 1 }), /Stopped/);
});

Deno.test("shuffleTypes renames every type and keeps the cells of a type together", () => {
  const shuffled = shuffleTypes(set, createRng(5));
  const pairs = new Set(set.novel.types.map((id, i) => `${id} ${shuffled.novel.types[i]}`));
  assert.equal(pairs.size, 8);
  assert.ok([...pairs].filter((pair) => pair.slice(0, 10) === pair.slice(11)).length < 4);
  assert.equal(new Set(shuffled.novel.types).size, 8);
});

Deno.test("ABLATIONS change what their names say and nothing else", () => {
  const { training } = novelSettings("nano");
  const ablated = (name: keyof typeof ABLATIONS) => ABLATIONS[name](set, { training, rng: createRng(1) });
  assert.deepEqual(ablated("kcellfm"), { set, training });
  assert.deepEqual(ablated("no_ontology_loss").training, {
    ...training,
    weights: { ...training.weights, ontology: 0 },
  });
  assert.deepEqual(ablated("as_published").training, { ...training, asPublished: AS_PUBLISHED });
  assert.notDeepEqual(ablated("random_text").set.types.data, set.types.data);
  assert.deepEqual(ablated("random_text").set.types.ids, set.types.ids);
  assert.equal(ablated("learned_centroids").training.learnTypes, true);
});

Deno.test("branchFolds holds each type out once, with all that lies above or below it", () => {
  const types = [
    "CL:0000084",
    "CL:0000624",
    "CL:0000625",
    "CL:0000236",
    "CL:0000542",
    "CL:0000576",
    "CL:0000057",
  ];
  const folds = branchFolds(ontology, types);
  assert.deepEqual(folds.flatMap(({ heldOut }) => heldOut).sort(), [...types].sort());
  const fold = folds.find(({ heldOut }) => heldOut.includes("CL:0000625"))!;
  assert.equal(fold.name, "T cell");
  assert.deepEqual(fold.heldOut, ["CL:0000084", "CL:0000624", "CL:0000625"]);
  assert.ok(fold.leftOut.includes("CL:0000542"), "a lymphocyte may be a T cell");
  for (const { heldOut, leftOut } of folds) {
    for (const id of types.filter((it) => !leftOut.includes(it))) {
      for (const held of heldOut) {
        assert.ok(!ancestors(ontology, id).has(held) && !ancestors(ontology, held).has(id) && id !== held);
      }
    }
  }
});

Deno.test("branchFolds refuses to leave nothing to learn from", () => {
  assert.throws(() => branchFolds(ontology, ["CL:0000084", "CL:0000624"]), /0 types are left to learn from/);
});

Deno.test("seenSimilarity from the seen types is PageRank from each candidate, walk by walk", () => {
  const [seen, candidates] = [["CL:0000084", "CL:0000236", "CL:0000540"], [
    "CL:0000624",
    "CL:0000084",
    "CL:0000127",
  ]];
  const { targets, values } = pageRankSimilarity(ontology, { sources: candidates });
  const similarity = seenSimilarity(ontology, { candidates, seen }).data;
  candidates.forEach((_, c) =>
    seen.forEach((id, s) => {
      const direct = values[c * targets.length + targets.indexOf(id)];
      // each row is iterated until 1e-6 of it is left
      assert.ok(Math.abs(similarity[c * 3 + s] - direct) < 1e-5, `${similarity[c * 3 + s]} is not ${direct}`);
    })
  );
});

Deno.test("kept makes a part once, and anew when settings changed or its file is damaged", async () => {
  const folder = await Deno.makeTempDir();
  let made = 0;
  const part = (settings: unknown) => kept({ folder, settings }, "T cell", () => Promise.resolve(++made));
  assert.deepEqual([await part({ seed: 1 }), await part({ seed: 1 }), await part({ seed: 2 })], [1, 1, 2]);
  await Deno.writeTextFile(join(folder, "T_cell.json"), '{"settings": ');
  assert.equal(await part({ seed: 2 }), 3);
  assert.equal(await kept(undefined, "T cell", () => Promise.resolve(7)), 7);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("partsTree colours every type of the three parts by what becomes of its cells", () => {
  const { data } = partsTree({ ...set, ontology }, "CL:0000000");
  const groups = data.flatMap((trace) => {
    const { name, showlegend, x } = trace as { name: string; showlegend?: boolean; x: number[] };
    return showlegend && ["learned from", "decides about rules", "named in the end"].includes(name)
      ? [[name, x.length]]
      : [];
  });
  assert.deepEqual(Object.fromEntries(groups), {
    "learned from": 12,
    "decides about rules": 4,
    "named in the end": 8,
  });
});
