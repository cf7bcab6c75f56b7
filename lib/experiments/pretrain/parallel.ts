import * as tf from "../../tensor/mod.ts";
import {
  type CellParams,
  type LossOptions,
  type PretrainingBatch,
  pretrainingLoss,
  splitBatch,
  type TypeSpace,
} from "../../cell/mod.ts";
import {
  readScores,
  type Reducer,
  type Scores,
  startWorkers,
  type Workers,
  workersReducer,
} from "../../train/mod.ts";

/** Inputs of the pretraining loss of a batch beside the parameters. */
export type LossSetting = Omit<LossOptions, "training">;

/** Sizes that fix the shapes of a model beside its configuration. */
export interface ModelSizes {
  readonly genes: number;
  readonly classes: number;
}

/** Plain data from which a worker builds its copy of the model. */
export interface WorkerSetup extends ModelSizes, Omit<LossSetting, "space">, Omit<TypeSpace, "vectors"> {
  /** Text vectors of the types, `[types, width]`. */
  readonly types: Float32Array;
}

/** Starts workers that share the batches of a pretraining run. */
export function startCellWorkers(
  params: CellParams,
  { config, space, weights, meanings, genes, classes, count }: LossSetting & ModelSizes & { count: number },
): Promise<Workers> {
  const { vectors, ...ranking } = space;
  const setup: WorkerSetup = {
    config,
    weights,
    meanings,
    ...ranking,
    genes,
    classes,
    types: vectors.dataSync<"float32">(),
  };
  return startWorkers({ entry: "lib/experiments/pretrain/worker.ts", setup, count, params });
}

/** Sums the gradients of pretraining batches over workers. */
export const cellReducer = (workers: Workers, space: TypeSpace): Reducer<PretrainingBatch> =>
  workersReducer(workers, (batch, parts) => splitBatch(batch, { parts, space }));

/** The losses of some cells, each averaged over the terms it has among them. */
export interface BatchScores {
  readonly cells: number;
  readonly scores: Scores;
}

/** The losses of one batch, without training on it. */
export function scoreBatch(params: CellParams, batch: PretrainingBatch, setting: LossSetting): BatchScores {
  const scores = tf.tidy(() => {
    const { total, parts } = pretrainingLoss(params, batch, setting);
    return readScores({ loss: total, ...parts });
  });
  return { cells: batch.cells, scores };
}
