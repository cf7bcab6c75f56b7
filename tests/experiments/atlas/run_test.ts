import assert from "node:assert/strict";
import { join } from "node:path";
import { atlasSample, writeAtlasShards } from "../../../lib/simulate/mod.ts";
import { openH5ad } from "../../../lib/data/mod.ts";
import { symbolVocabulary } from "../../../lib/genes/mod.ts";
import { bestOntology, realStudies, studyOf } from "../../../lib/experiments/pretrain/mod.ts";
import { loadOntology } from "../../../lib/ontology/mod.ts";
import { startBackend } from "../../../lib/runtime/mod.ts";
import { command } from "../../../lib/cli/atlas.ts";
import { EXIT } from "../../../lib/cli/run.ts";
import { readResults } from "../../../lib/metrics/mod.ts";
import { commonGrain, matchStudies, poolStudies, sampleShards } from "../../../lib/experiments/atlas/mod.ts";
import { saveNanoCheckpoint } from "../../annotate/fixture.ts";
import { ATLAS } from "./fixture.ts";
import { capture } from "../../capture.ts";
import { inFolder } from "../../folder.ts";
import { onRealData } from "../../mirror.ts";

await startBackend();

/** Runs the command in a cache and results folder of its own. */
const run = (folder: string, args: string) =>
  capture(command, `${args} --out ${join(folder, "results")}`, { KCELLFM_CACHE: join(folder, "cache") });

const SMALL = "--cells 240 --types 4 --shard-cells 120 --train-cells 160 --epochs 1";
const FAST = "--length 8 --rival-cells 100 --shared-cells 80 --workers 1";

Deno.test("atlas --set simulated writes shards, trains, names every cell and files what it measured", async () => {
  await inFolder(async (folder) => {
    const answers = join(folder, "answers");
    const { code, said } = await run(folder, `--set simulated ${SMALL} ${FAST} --answers ${answers}`);
    assert.equal(code, EXIT.ok, said);
    assert.match(said, /240 cells, \d+ a second, [\d.]+ % of the time reading, peak \d+ MB/);
    const [result] = readResults(join(folder, "results"));
    assert.equal(`${result.task}-${result.set}`, "atlas-simulated");
    assert.deepEqual([result.data.cells, result.data.shards, result.data.real], [240, 2, false]);
    assert.equal(result.published.ontology_macro_f1, 0.846, "scTab's number follows the subtype rule");
    const { accuracy, ontology_macro_f1, reading_share, avg_bio } = result.metrics;
    for (const value of [accuracy, ontology_macro_f1, reading_share, avg_bio]) {
      assert.ok(typeof value === "number" && value >= 0 && value <= 1);
    }
    assert.deepEqual(
      Object.keys(result.baselines).sort(),
      ["logistic_regression", "majority", "no_ontology", "pca", "same_cells", "text_alone"],
    );
    assert.ok(
      (result.baselines.logistic_regression.accuracy ?? 0) > (result.baselines.majority.accuracy ?? 1),
    );
  });
});

Deno.test("atlas names a folder of shards by a checkpoint and scores them by their own labels", async () => {
  await inFolder(async (folder) => {
    await saveNanoCheckpoint(join(folder, "nano"), await writeFolder(folder));
    const [shards, nano, answers] = ["shards", "nano", "answers"].map((name) => join(folder, name));
    const paths = `--set ${shards} --checkpoint ${nano} --answers ${answers}`;
    const { code, said } = await run(folder, `${paths} --workers 1`);
    assert.equal(code, EXIT.ok, said);
    const [result] = readResults(join(folder, "results"));
    assert.deepEqual([result.set, result.data.cells, result.data.named_by], ["shards", 40, "text"]);
    assert.ok(typeof result.metrics.ontology_accuracy === "number");
  });
});

/** One shard of 40 cells; answers with its genes. */
async function writeFolder(folder: string): Promise<readonly string[]> {
  const [path] = await writeAtlasShards(join(folder, "shards"), await loadOntology(null), {
    ...ATLAS,
    cells: 40,
  });
  const shard = await openH5ad(path);
  shard.close();
  return shard.varNames;
}

Deno.test("atlas says in one line what is wrong with a call", async () => {
  await inFolder(async (folder) => {
    const missing = await run(folder, `--set ${join(folder, "nowhere")}`);
    assert.equal(missing.code, EXIT.usage);
    assert.match(missing.said, /error: Cannot find shards: .*nowhere is no file/);
    const two = await run(folder, "--set simulated pbmc");
    assert.match(two.said, /simulated stands alone/);
    const by = await run(folder, "--set x --by luck");
    assert.match(by.said, /Allowed choices are classifier, text/);
  });
});

Deno.test("sampleShards takes shards at even distances, at least one", () => {
  const shards = Array.from({ length: 10 }, (_, i) => ({ path: "", name: String(i), bytes: 1 }));
  const names = (cells: number) => sampleShards(shards, () => 50, cells).map(({ name }) => name);
  assert.deepEqual(names(100), ["0", "5"]);
  assert.deepEqual(names(1), ["0"]);
  assert.equal(names(1e6).length, 10);
});

Deno.test("poolStudies reads the genes that all studies have, cell by cell as each study has them", async () => {
  const ontology = await loadOntology(null);
  const samples = ["a", "b"].map((sample) => atlasSample(ontology, ATLAS, { sample, cells: 30 }));
  const { varNames } = samples[0];
  const vocabulary = symbolVocabulary(varNames);
  const studies = matchStudies(samples.map(studyOf), vocabulary);
  const partial = {
    ...studies[1],
    cells: { ...studies[1].cells, tokenOf: studies[1].cells.tokenOf.map((t) => t < 100 ? t : -1) },
  };
  const pool = poolStudies([studies[0], partial], { name: "pool", vocabulary, ontology });
  assert.deepEqual([pool.source.nObs, pool.source.nVars], [60, 100]);
  assert.deepEqual([...new Set(pool.groups)], ["a", "b"]);
  const [whole, across] = [pool.source.rows(0, 60), pool.source.rows(25, 35)];
  const [from, to] = [whole.indptr[25], whole.indptr[35]];
  assert.deepEqual(across.data, whole.data.slice(from, to));
  assert.deepEqual(across.indices, whole.indices.slice(from, to));
});

Deno.test("commonGrain replaces a type by the most general one of the pool above it", async () => {
  const ontology = await loadOntology(null);
  const [tCell, cd4, memory, bCell] = ["CL:0000084", "CL:0000624", "CL:0000897", "CL:0000236"];
  assert.deepEqual(commonGrain([memory, cd4, null, bCell], ontology), [cd4, cd4, null, bCell]);
  assert.deepEqual(commonGrain([memory, cd4, tCell], ontology), [tCell, tCell, tCell]);
});

onRealData("the pooled blood studies have types in common, however they name them", async () => {
  const ontology = await bestOntology();
  const studies = await realStudies(
    [{ name: "pbmc3k" }, { name: "pbmc68k_reduced", labels: "bulk_labels", useRaw: true }],
    ontology,
  );
  const [a, b] = studies.map(({ types }) => new Set(types.filter((id) => id !== null)));
  assert.ok(a.intersection(b).size >= 5);
  studies.forEach(({ source }) => source.close());
});
