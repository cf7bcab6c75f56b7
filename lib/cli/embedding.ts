import { basename, join, resolve } from "node:path";
import { type CellModel, embedAll, loadCellCheckpoint, modelEmbedder } from "../cell/mod.ts";
import { matchStudies, pcaShared, scoreModels } from "../experiments/atlas/mod.ts";
import {
  type FewLabels,
  openZeroShotSets,
  scoreFewLabels,
  type ZeroShotSet,
  zeroShotSources,
} from "../experiments/zero_shot/mod.ts";
import { bestOntology, realStudies } from "../experiments/pretrain/mod.ts";
import { engineName } from "../kernels/mod.ts";
import { resultOf, scoreTable, startRun, summarise, writeResult } from "../metrics/mod.ts";
import type { Ontology } from "../ontology/mod.ts";
import { checkpointsDir, createRng, resultsDir, startBackend } from "../runtime/mod.ts";
import { createCommand, integer } from "./flags.ts";
import { runCommand } from "./run.ts";
import { terminalTable } from "./table.ts";

/** Sets that walkthrough-heldout has never seen: the development sets, and training sets that it left out. */
const UNSEEN = [
  "kang_ifnb_832",
  "ding_pbmc",
  "islets_segerstolpe_2016",
  "islets_baron_2016",
  "pbmc3k",
  "head_neck_tumour",
];
/** Studies of blood among them, on which integration is scored. */
const BLOOD = ["pbmc3k", "pbmc_facs_sorted", "kang_ifnb_832", "ding_pbmc"];
const COUNTS = [5, 20, 100];

/** `deno task embedding`: what the frozen vectors of cells are worth beside principal components. */
export const command = createCommand(
  "embedding",
  "Scores frozen embeddings beside principal components: few labels on unseen studies, and integration of blood.",
  { out: "folder of the results files (default: data/results)" },
)
  .option("--checkpoint <folder>", "the cell model (default: checkpoints/walkthrough-heldout)")
  .option("--sets <names>", "split by commas", (text) => text.split(","), UNSEEN)
  .option("--repeats <n>", "draws of labelled cells", integer({ min: 2 }), 5)
  .option("--shared-cells <n>", "cells that integration is scored on; 0: none", integer({ min: 0 }), 1600)
  .action(async ({ backend: asked, checkpoint, sets: names, repeats, sharedCells, seed, out }) => {
    const folder = checkpoint ?? join(checkpointsDir(), "walkthrough-heldout");
    const backend = engineName(await startBackend(asked));
    const [model, ontology] = [await loadCellCheckpoint(folder), await bestOntology()];
    const run = { preset: model.config.preset, seed, backend, checkpoint: basename(resolve(folder)) };
    const rows: string[][] = [];
    for (const set of await openZeroShotSets(zeroShotSources(names), { ...model, ontology })) {
      const finish = startRun();
      const scored = await scoreSet(set, model, { repeats, seed });
      for (const few of scored) {
        await writeResult(
          fewLabelsResult(set, few, { ...run, facts: finish(set.cells.source.nObs) }),
          out ?? resultsDir(),
        );
      }
      rows.push(...scored.flatMap((few) => rowsOf(set.name, few)));
      set.cells.source.close();
      console.error(`${set.name}: ${set.cells.source.nObs} cells`);
    }
    console.log(
      terminalTable({ title: "Few labels: accuracy of logistic regression", columns: COLUMNS, rows }),
    );
    if (sharedCells > 0) await integrate(model, { ontology, seed, sharedCells });
  });

async function scoreSet(
  { cells, truth, name }: ZeroShotSet,
  model: CellModel,
  { repeats, seed }: { repeats: number; seed: number },
): Promise<FewLabels[]> {
  const every = {
    ...cells,
    rows: Int32Array.from(truth.keys()),
    classes: new Int32Array(truth.length).fill(-1),
  };
  const { data, rows, cols } = await embedAll(modelEmbedder(model), cells);
  const pca = pcaShared({ sets: [every], types: [], batches: [] }, { seed });
  const rng = createRng(seed).split(`few labels/${name}`);
  const descriptions = {
    kcellfm: { table: { data, rows, cols }, standardise: true },
    kcellfm_unscaled: { table: { data, rows, cols }, standardise: false },
    pca: { table: pca, standardise: true },
    pca_unscaled: { table: pca, standardise: false },
  };
  return COUNTS.flatMap((perType) => scoreFewLabels(descriptions, truth, { perType, repeats, rng }) ?? []);
}

interface Run {
  readonly preset: string;
  readonly seed: number;
  readonly backend: string;
  readonly checkpoint: string;
  readonly facts: Parameters<typeof resultOf>[0]["facts"];
}

const fewLabelsResult = (
  { name, cells }: ZeroShotSet,
  { perType, types, draws }: FewLabels,
  { checkpoint, ...run }: Run,
) =>
  resultOf({
    task: "embedding",
    set: `${name}-${perType}_a_type`,
    split: `${perType} labelled cells a type, others of the same study named`,
    repeats: draws.length,
    ...run,
    ...scoreTable(draws, "kcellfm"),
    data: { real: true, cells: cells.source.nObs, genes: cells.source.nVars, checkpoint, types },
  });

const COLUMNS = [
  "set",
  "a type",
  "types",
  "embedding",
  "unscaled",
  "PCA",
  "unscaled",
  "gain",
  "standard error",
];

/** The gain is that of the better form of the embedding over the better form of PCA. */
function rowsOf(set: string, { perType, types, draws }: FewLabels): string[][] {
  const { mean } = summarise(draws.map((draw) => accuraciesOf(draw)));
  const better = (a: string, b: string) => mean[a] > mean[b] ? a : b;
  const [ours, theirs] = [better("kcellfm", "kcellfm_unscaled"), better("pca", "pca_unscaled")];
  const gains = summarise(draws.map((draw) => ({ gain: draw[ours].accuracy - draw[theirs].accuracy })));
  const numbers = [...Object.values(mean), gains.mean.gain, gains.sd.gain / Math.sqrt(draws.length)];
  return [[set, String(perType), String(types), ...numbers.map((value) => value.toFixed(3))]];
}

const accuraciesOf = (draw: FewLabels["draws"][number]) =>
  Object.fromEntries(Object.entries(draw).map(([name, { accuracy }]) => [name, accuracy]));

async function integrate(
  model: CellModel,
  { ontology, seed, sharedCells }: { ontology: Ontology; seed: number; sharedCells: number },
): Promise<void> {
  const studies = await realStudies(zeroShotSources(BLOOD), ontology);
  const scores = scoreModels({ kcellfm: model }, matchStudies(studies, model.vocabulary), {
    ontology,
    count: sharedCells,
    seed,
  });
  studies.forEach(({ source }) => source.close());
  const columns = ["embedding", "AvgBio", "AvgBatch"];
  const rows = Object.entries(scores).map(([name, { avg_bio, avg_batch }]) => [
    name,
    avg_bio.toFixed(3),
    avg_batch.toFixed(3),
  ]);
  console.log(terminalTable({ title: `Integration of ${BLOOD.join(", ")}`, columns, rows }));
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
