import * as tf from "../../tensor/mod.ts";
import {
  type CellConfig,
  initCellParams,
  type PretrainingBatch,
  pretrainingLoss,
  splitBatch,
} from "../../cell/mod.ts";
import { clipGlobalNorm, createAdamW } from "../../kernels/mod.ts";
import { disposeParams, flattenParams } from "../../nn/mod.ts";
import { createRng, type Rng } from "../../runtime/mod.ts";
import { batchRng, computeGradients, mapShared, type TrainingOptions } from "../../train/mod.ts";
import { cellReducer, scoreBatch, startCellWorkers } from "./parallel.ts";

/** A cell model with a batch of drawn cells of full length, for benchmarks. */
export interface Workload {
  /** One training step: losses, gradients, clip, AdamW. */
  step(): Promise<void>;
  /** Encoder, heads and losses without gradients. */
  forward(): Promise<void>;
  close(): void;
}

/** How large a workload is. */
export interface WorkloadSize {
  readonly config: CellConfig;
  /** Cells a batch. */
  readonly cells: number;
  /** Threads that share it. */
  readonly workers: number;
  /** Genes of the vocabulary; default 20,000. */
  readonly genes?: number;
  /** Cell types, in the classifier and with text vectors; default 100. */
  readonly types?: number;
}

/** Starts a workload; the backend has to run. Close it, or its threads stay. */
export async function startWorkload(size: WorkloadSize): Promise<Workload> {
  const { config, cells, genes = 20_000, types = 100 } = size;
  const rng = createRng("workload");
  const sizes = { genes, classes: types };
  const params = initCellParams(rng.split("params"), { config, ...sizes });
  const space = drawSpace(types, config.width);
  const workers = await startCellWorkers(params, { config, space, ...sizes, count: size.workers });
  const reducer = cellReducer(workers, space);
  const batch = drawBatch(rng, { cells, length: config.length, ...sizes });
  const learning = flattenParams(params);
  const optimiser = createAdamW(learning);
  const loss: TrainingOptions<PretrainingBatch>["loss"] = (part, training) =>
    pretrainingLoss(params, part, { config, space, training });
  return {
    async step() {
      const place = { seed: 1, epoch: 0, batch: 1 };
      const own = (part: PretrainingBatch) =>
        computeGradients({ loss, learning }, { batch: part, training: { rng: batchRng(place) } });
      const { gradients } = await reducer.reduce(batch, { place, own });
      const clipped = clipGlobalNorm(gradients, 1);
      optimiser.step(clipped.gradients, 1e-4);
      tf.dispose([...clipped.gradients.values()]);
    },
    async forward() {
      const own = (part: PretrainingBatch) => scoreBatch(params, part, { config, space });
      await Array.fromAsync(
        mapShared(splitBatch(batch, { parts: size.workers, space }), { workers, job: "score", own }),
      );
    },
    close() {
      workers.close();
      optimiser.dispose();
      space.vectors.dispose();
      disposeParams(params);
    },
  };
}

function drawSpace(types: number, width: number) {
  const vectors = tf.randomNormal<tf.Rank.R2>([types, width], 0, 1, "float32", 1);
  const typeOf = Int32Array.from({ length: types }, (_, i) => i);
  return { vectors, typeOf, close: Array.from(typeOf, (type) => [(type + 1) % types]) };
}

/** Every sixth value is masked, about as many as in training. */
function drawBatch(
  rng: Rng,
  { cells, length, genes, classes }: { cells: number; length: number; genes: number; classes: number },
): PretrainingBatch {
  const size = cells * length;
  const targets = Float32Array.from({ length: size }, () => 3 * rng.uniform());
  const masked = Float32Array.from({ length: size }, (_, i) => i % 6 === 1 ? 1 : 0);
  return {
    cells,
    length,
    ids: Int32Array.from({ length: size }, () => rng.int(genes)),
    values: targets.map((value, i) => masked[i] ? -1 : value),
    lengths: new Int32Array(cells).fill(length),
    masked,
    targets,
    classes: Int32Array.from({ length: cells }, () => rng.int(classes)),
  };
}
