import * as tf from "../lib/tensor/mod.ts";
import {
  cellPreset,
  initCellParams,
  type PretrainingBatch,
  pretrainingBatch,
  pretrainingLoss,
} from "../lib/cell/mod.ts";
import { disposeParams } from "../lib/nn/mod.ts";
import { createRng, type Rng } from "../lib/runtime/mod.ts";
import { runTraining } from "../lib/train/mod.ts";

const CELLS = 12;
const GENES = 60;
const CLASSES = 3;

/** The loss before each of a few pretraining steps of preset nano, on cells that every backend draws alike. */
export async function nanoLosses(steps: number): Promise<number[]> {
  const config = cellPreset("nano");
  const rng = createRng("nano training");
  const params = initCellParams(rng.split("params"), { config, genes: GENES, classes: CLASSES });
  const texts = rng.split("texts");
  const vectors = tf.tensor2d(Float32Array.from({ length: CLASSES * config.width }, () => texts.normal()), [
    CLASSES,
    config.width,
  ]);
  const space = { vectors, typeOf: Int32Array.of(0, 1, 2), close: [[1], [0], []] };
  const losses: number[] = [];
  await runTraining({
    params,
    loss: (batch: PretrainingBatch, training) => pretrainingLoss(params, batch, { config, space, training }),
    batches: () => Array.from({ length: steps }, (_, step) => drawBatch(rng.split(`batch ${step}`))),
    epochs: 1,
    schedule: { peak: 3e-3, every: steps, factor: 1 },
    seed: 42,
    onStep: ({ loss }) => void losses.push(loss),
  });
  vectors.dispose();
  disposeParams(params);
  return losses;
}

/** Cells of three classes, each with a third of the genes to itself. */
function drawBatch(rng: Rng): PretrainingBatch {
  const config = cellPreset("nano");
  const classes = Int32Array.from({ length: CELLS }, (_, cell) => cell % CLASSES);
  const own = GENES / CLASSES;
  const indices = Int32Array.from(
    { length: CELLS * own },
    (_, i) => classes[Math.floor(i / own)] * own + i % own,
  );
  const cells = {
    rows: CELLS,
    cols: GENES,
    indptr: Int32Array.from({ length: CELLS + 1 }, (_, cell) => cell * own),
    indices,
    data: Float32Array.from(indices, () => 0.5 + rng.uniform()),
  };
  const rule = { config, informativeness: new Float32Array(GENES).fill(1) };
  return pretrainingBatch(rule, { cells, classes, studies: new Int32Array(classes.length) }, {
    rng,
    hide: 0,
  });
}
