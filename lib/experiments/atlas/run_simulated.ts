import { type CellModel, disposeModel, modelEmbedder } from "../../cell/mod.ts";
import type { IntegrationScores, Result } from "../../metrics/mod.ts";
import { readCells } from "../../annotate/mod.ts";
import { TRAINING } from "../pretrain/mod.ts";
import {
  compareEmbeddings,
  embedShared,
  pcaShared,
  shareCells,
  type SharedCells,
  textColumn,
} from "./compare_embeddings.ts";
import { atlasModel, type AtlasModelOptions, trainingSample } from "./model.ts";
import { atlasResult } from "./result.ts";
import { runShards, type ShardRun, type ShardRunOptions } from "./run.ts";
import { fitRivals, sampleShards, tallyRivals } from "./rivals.ts";
import { scoreParts } from "./parts.ts";
import { findShards, type ShardFile, simulatedShards, type SimulatedSize } from "./sets.ts";
import { partPath } from "./state.ts";
import type { Tally } from "./tally.ts";
import type { Table } from "../../matrix/mod.ts";

/** Further options of a run on the simulated atlas; see {@linkcode runSimulated}. */
export interface SimulatedRunOptions extends Omit<ShardRunOptions, "truthKey"> {
  readonly size: SimulatedSize;
  /** Options for training the model, if no earlier run kept one. */
  readonly training: Omit<AtlasModelOptions, "seed" | "types">;
  readonly backend: string;
  /** Cells of whole shards that other methods are asked of, at least one shard; 0 for no other methods. */
  readonly rivalCells: number;
  /** Cells that embeddings are compared on; 0 for no comparison. */
  readonly sharedCells: number;
}

/** A finished run on the simulated atlas. */
export interface SimulatedRun extends ShardRun {
  readonly result: Result;
  readonly others: Readonly<Record<string, Tally>>;
  readonly embeddings: Readonly<Record<string, IntegrationScores>>;
}

const TRUTH = "cell_type";

/**
 * The whole protocol on a simulated atlas: writes its shards, trains a model on a sample from other donors, names every cell
 * from the shards, and holds the names against the truth beside a logistic regression on the same sample, and the embeddings
 * against PCA and a model trained without the ontology.
 */
export async function runSimulated(options: SimulatedRunOptions): Promise<SimulatedRun> {
  const { size, ontology, onStage, signal, training, workers } = options;
  const modelOptions = { ...training, seed: size.seed, types: size.types };
  const writing = (cells: number) => onStage?.("writing shards", cells, size.cells);
  const shards = findShards(await simulatedShards(ontology, size, { onProgress: writing, signal }));
  const train = (stage: string, ontologyLoss: boolean) => {
    const steps = trainingSteps(training);
    const onStep = ({ step }: { step: number }) => onStage?.(stage, Math.min(step, steps), steps);
    return atlasModel(ontology, { ...modelOptions, ontologyLoss, workers, signal, onStep });
  };
  const model = await train("training", true);
  const run = await runShards(model, shards, { ...options, truthKey: TRUTH });
  const asking = { ...options, cells: options.rivalCells };
  const others = asking.cells > 0 ? await askOthers(model, run, modelOptions, asking) : {};
  const embeddings: Record<string, IntegrationScores> = {};
  if (options.sharedCells > 0) {
    const twin = await train("training without the ontology", false);
    onStage?.("comparing embeddings", 0, 1);
    const given = { count: options.sharedCells, seed: size.seed };
    const compared = await embedShards({ kcellfm: model, no_ontology: twin }, shards, given);
    Object.assign(embeddings, compareEmbeddings(compared.embeddings, compared.shared, given));
    disposeModel(twin);
  }
  disposeModel(model);
  const result = atlasResult({
    ...run,
    set: "simulated",
    split: "held-out donors",
    preset: "nano",
    seed: size.seed,
    backend: options.backend,
    ontology,
    others,
    embeddings,
  });
  return { ...run, result, others, embeddings };
}

/** About how many optimiser steps training takes: a tenth of the sample validates, a fifth is kept aside. */
export const trainingSteps = ({ cells, epochs }: Pick<AtlasModelOptions, "cells" | "epochs">): number =>
  epochs * Math.floor(0.7 * cells / TRAINING.nano.batchSize);

/**
 * Calls of other methods on about `cells` cells of whole shards: baselines on the training sample, the ontology's text alone,
 * and, as `same_cells`, the names that the run gave these very cells.
 */
export async function askOthers(
  model: CellModel,
  { shards, state }: ShardRun,
  modelOptions: AtlasModelOptions,
  { ontology, folder, cells, onStage, signal }:
    & Pick<ShardRunOptions, "ontology" | "folder" | "onStage" | "signal">
    & {
      cells: number;
    },
): Promise<Record<string, Tally>> {
  onStage?.("logistic regression", 0, 1);
  const rivals = fitRivals(trainingSample(ontology, modelOptions), modelOptions.seed);
  const asked = sampleShards(shards, (name) => state.done[name].cells, cells);
  const context = { embedder: modelEmbedder(model), ontology, truthKey: TRUTH, signal };
  const tallies = await tallyRivals(asked, rivals, context);
  onStage?.("logistic regression", 1, 1);
  const same = await scoreParts(asked.map(({ name }) => partPath(folder, name)), ontology);
  return { same_cells: same, ...tallies };
}

/** Shards whose cells embeddings are compared on: their donors and batches differ. */
const SHARED_SHARDS = 4;

/** Cells of the first shards with their types and batches, as each model and a PCA embed them. */
export async function embedShards(
  models: Readonly<Record<string, CellModel>>,
  shards: readonly ShardFile[],
  { count, seed }: { count: number; seed: number },
): Promise<{ shared: SharedCells; embeddings: Record<string, Table> }> {
  const { vocabulary } = Object.values(models)[0];
  const files = await Promise.all(
    shards.slice(0, SHARED_SHARDS).map(({ path }) => readCells(path, {}, vocabulary)),
  );
  const grouped = files.map(({ cells }) => ({
    cells,
    types: textColumn(cells.source, TRUTH),
    batches: textColumn(cells.source, "batch"),
  }));
  const shared = shareCells(grouped, { count, seed });
  const embedded = Object.entries(models).map(([name, model]) => [name, embedShared(model, shared)] as const);
  const embeddings = { ...Object.fromEntries(embedded), pca: pcaShared(shared, { seed }) };
  files.forEach(({ cells }) => cells.source.close());
  return { shared, embeddings };
}
