import * as tf from "../../tensor/mod.ts";
import { initCellParams, type PretrainingBatch, pretrainingLoss } from "../../cell/mod.ts";
import { createRng } from "../../runtime/mod.ts";
import { serveReplica } from "../../train/mod.ts";
import { scoreBatch, type WorkerSetup } from "./parallel.ts";

/** A worker's entry: the cell model with its pretraining loss. */
serveReplica(({ config, genes, classes, weights, meanings, types, ...ranking }: WorkerSetup) => {
  const params = initCellParams(createRng("replica"), { config, genes, classes });
  const space = { vectors: tf.tensor2d(types, [types.length / config.width, config.width]), ...ranking };
  const setting = { config, space, weights, meanings };
  return {
    params,
    loss: (batch: PretrainingBatch, training) => pretrainingLoss(params, batch, { ...setting, training }),
    jobs: { score: (batch) => scoreBatch(params, batch as PretrainingBatch, setting) },
  };
});
