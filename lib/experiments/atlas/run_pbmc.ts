import { join } from "node:path";
import { type CellModel, disposeModel, loadCellCheckpoint } from "../../cell/mod.ts";
import { type IntegrationScores, type Result, startRun } from "../../metrics/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { checkpointsDir, createRng, usageError } from "../../runtime/mod.ts";
import { BASELINES, type ExperimentRun, runExperiment, shippedStart } from "../finetune/mod.ts";
import { preparePretraining, realStudies, type Study, type StudySource } from "../pretrain/mod.ts";
import { compareEmbeddings, embedShared, pcaShared, shareCells } from "./compare_embeddings.ts";
import { trainAtlasModel } from "./model.ts";
import { commonGrain, matchStudies, type PooledStudy, poolStudies } from "./pool.ts";
import type { OnStage } from "./run.ts";
import { pbmcResult, tallyFolds } from "./result_pbmc.ts";
import type { Tally } from "./tally.ts";

/**
 * Labelled studies of blood. One of fewer genes than {@linkcode PANEL} is reported on but never learned from: the genes
 * that all studies have would shrink to its own.
 */
const STUDIES = [
  { name: "pbmc3k" },
  { name: "kang_ifnb_832" },
  { name: "pbmc_facs_sorted" },
  { name: "pbmc68k_reduced", labels: "bulk_labels", useRaw: true },
] as const satisfies readonly StudySource[];
const PANEL = 1000;

/** Options of a run on the pooled studies. */
export interface PbmcOptions {
  readonly ontology: Ontology;
  readonly preset: string;
  readonly seed: number;
  readonly backend: string;
  readonly workers: number;
  /** Cells that embeddings are compared on; 0 for no comparison. */
  readonly sharedCells: number;
  readonly onStage?: OnStage;
  readonly signal?: AbortSignal;
}

/** A finished run: one experiment a study that was left out. */
export interface PbmcRun {
  readonly result: Result;
  readonly folds: readonly ExperimentRun[];
  /** Calls of each method over all studies. */
  readonly tallies: Readonly<Record<string, Tally>>;
  readonly embeddings: Readonly<Record<string, IntegrationScores>>;
}

/**
 * Leaves each study (donors and technology) out in turn: the others are learned from by fine-tuning a checkpoint whose
 * pretraining has not seen the one left out, and its cells are scored by scTab's rule beside baselines on the same genes.
 *
 * @throws {KcellfmError} tag "usage", when fewer than three of the studies are available.
 */
export async function runPbmc(options: PbmcOptions): Promise<PbmcRun> {
  const { ontology } = options;
  const finish = startRun();
  const studies = await realStudies(STUDIES, ontology);
  if (studies.length < 3) {
    throw usageError(
      `Cannot pool studies of blood: ${studies.length} of ${
        STUDIES.map(({ name }) => name).join(", ")
      } are in data/cache or ` +
        "KCELLFM_MIRROR, three are needed; see `deno task data list`, or use --set simulated",
    );
  }
  const folds: ExperimentRun[] = [];
  for (const [i, held] of studies.entries()) folds.push(await runFold(held, studies, { ...options, at: i }));
  const tallies = tallyFolds(folds, ontology);
  const embeddings = options.sharedCells > 0 ? await compareOnUnseen(studies, options) : {};
  studies.forEach(({ source }) => source.close());
  const cells = folds.reduce((sum, fold) => sum + fold.folds[0].truth.length, 0);
  const { preset, seed, backend } = options;
  const result = pbmcResult(folds, {
    methods: Object.keys(tallies),
    embeddings,
    ontology,
    run: { preset, seed, backend },
    facts: finish(cells),
  });
  return { result, folds, tallies, embeddings };
}

async function runFold(
  held: Study,
  studies: readonly Study[],
  { ontology, preset, seed, backend, onStage, signal, at }: PbmcOptions & { at: number },
): Promise<ExperimentRun> {
  const name = held.name.replace(/\.h5ad$/, "");
  const start = await shippedStart(name, { preset, seed });
  const others = studies.filter((study) => study !== held && study.source.nVars >= PANEL);
  const { vocabulary } = start.model;
  const set = poolStudies(matchStudies([held, ...others], vocabulary), { name, vocabulary, ontology });
  const run = await runExperiment(set, {
    task: "atlas",
    repeats: 1,
    preset,
    seed,
    backend,
    start,
    ontology,
    ablations: false,
    signal,
    split: { by: "place", name: "leave-one-study-out", isTest: (row) => set.groups?.[row] === name },
    baselines: { majority: BASELINES.majority, logistic_regression: BASELINES.logistic_regression },
    onProgress: ({ done, total }) =>
      onStage?.("leaving one study out", Math.floor(100 * (at + done / total)), 100 * studies.length),
  });
  disposeModel(start.model);
  return run;
}

/**
 * Compares embeddings on the studies that `walkthrough-heldout` was pretrained without, and a nano model with its twin whose
 * loss leaves the ontology out, both trained on the studies that it was pretrained on.
 */
async function compareOnUnseen(
  studies: readonly Study[],
  { ontology, seed, sharedCells, workers, onStage, signal }: PbmcOptions,
): Promise<Record<string, IntegrationScores>> {
  const kcellfm = await loadCellCheckpoint(join(checkpointsDir(), "walkthrough-heldout"));
  const { vocabulary } = kcellfm;
  const isUnseen = ({ name }: Study) => UNSEEN.includes(name.replace(/\.h5ad$/, ""));
  const unseen = matchStudies(studies.filter(isUnseen), vocabulary);
  const seen = studies.filter((study) => !isUnseen(study));
  const data = preparePretraining(seen, { vocabulary, rng: createRng(seed).split("atlas split") });
  const twin = async (ontologyLoss: boolean) => {
    onStage?.(ontologyLoss ? "training nano" : "training nano without the ontology", 0, 1);
    return await trainAtlasModel(data, ontology, { ...NANO, seed, workers, signal, ontologyLoss });
  };
  const models = { kcellfm, nano: await twin(true), nano_no_ontology: await twin(false) };
  onStage?.("comparing embeddings", 0, 1);
  const scores = scoreModels(models, unseen, { ontology, count: sharedCells, seed });
  Object.values(models).forEach(disposeModel);
  return scores;
}

/** Studies in the pool that walkthrough-heldout has never seen. */
const UNSEEN = ["pbmc3k", "pbmc_facs_sorted"];
const NANO = { epochs: 8, length: 64 };

/** scIB's scores of the embeddings of models and of PCA, on about `count` cells of the studies brought to a common grain. */
export function scoreModels(
  models: Readonly<Record<string, CellModel>>,
  studies: readonly PooledStudy[],
  { ontology, count, seed }: { ontology: Ontology; count: number; seed: number },
): Record<string, IntegrationScores> {
  const grain = commonGrain(studies.flatMap(({ types }) => types), ontology);
  let at = 0;
  const files = studies.map(({ cells, name, types }) => ({
    cells,
    types: grain.slice(at, at += types.length),
    batches: types.map(() => name),
  }));
  const shared = shareCells(files, { count, seed });
  const embedded = Object.entries(models).map(([name, model]) => [name, embedShared(model, shared)]);
  return compareEmbeddings({ ...Object.fromEntries(embedded), pca: pcaShared(shared, { seed }) }, shared, {
    seed,
  });
}
