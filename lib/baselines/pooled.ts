import * as tf from "../tensor/mod.ts";
import { createAdamW, linear } from "../kernels/mod.ts";
import {
  anyGrainLoss,
  disposeParams,
  dropout,
  flattenParams,
  initLinear,
  type LinearParams,
} from "../nn/mod.ts";
import { createRng, type Rng } from "../runtime/mod.ts";

/** Cells of several studies, side by side. */
export interface PooledBatch {
  /** `[rows, inputs]`. */
  readonly features: Float32Array;
  readonly rows: number;
  /** 1 at the classes that each row's label may mean, `[rows, classes]`. */
  readonly meaning: Float32Array;
  /** Number of rows with a label. */
  readonly labelled: number;
}

/** Size and training settings of a pooled model. */
export interface PooledOptions {
  readonly inputs: number;
  readonly classes: number;
  /** Units of the hidden layer; 0 for a linear model, which is logistic regression. */
  readonly hidden: number;
  /** The batches of an epoch (from 0). */
  readonly batches: (epoch: number) => Iterable<PooledBatch>;
  readonly epochs: number;
  readonly seed: number;
  /** Default 1e-3, falling linearly to a twentieth. */
  readonly learningRate?: number;
  /** Of hidden units. Default 0.3. */
  readonly dropout?: number;
  readonly onEpoch?: (epoch: number, loss: number) => void;
}

/** A model of all studies at once. */
export interface PooledModel {
  /** Scores before the softmax: `[rows, inputs] -> [rows, classes]`. */
  score(features: Float32Array): Float32Array;
  dispose(): void;
}

type PooledParams = { readonly hidden?: LinearParams; readonly out: LinearParams };

/** Rows scored at once. */
const CHUNK = 512;

/**
 * One model for many studies, the simplest rival of a foundation model: softmax regression on whole profiles, or with one hidden
 * layer of ReLU units a perceptron, trained by AdamW under the loss of labels of any grain.
 */
export function fitPooled(options: PooledOptions): PooledModel {
  const { inputs, classes, hidden, epochs, seed, learningRate = 1e-3 } = options;
  const rng = createRng(seed).split("pooled");
  const params: PooledParams = hidden > 0
    ? {
      hidden: initLinear(rng.split("hidden"), { inputs, outputs: hidden }),
      out: initLinear(rng.split("out"), { inputs: hidden, outputs: classes }),
    }
    : { out: initLinear(rng.split("out"), { inputs, outputs: classes }) };
  const optimiser = createAdamW(flattenParams(params));
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = learningRate * (1 - 0.95 * epoch / epochs);
    let [sum, steps] = [0, 0];
    for (const batch of options.batches(epoch)) {
      sum += step(params, batch, { ...options, optimiser, rate, rng: rng.split(`${epoch}/${steps}`) });
      steps++;
    }
    options.onEpoch?.(epoch, sum / Math.max(1, steps));
  }
  optimiser.dispose();
  return {
    score: (features) => scoreAll(params, features, { inputs, classes }),
    dispose: () => disposeParams(params),
  };
}

function step(
  params: PooledParams,
  batch: PooledBatch,
  { inputs, optimiser, rate, rng, dropout: share = 0.3 }: PooledOptions & {
    optimiser: ReturnType<typeof createAdamW>;
    rate: number;
    rng: Rng;
  },
): number {
  const loss = () => {
    const x = tf.tensor2d(batch.features, [batch.rows, inputs]);
    return anyGrainLoss(forward(params, x, { share, rng }), batch);
  };
  const learning = flattenParams(params);
  const { value, grads } = tf.variableGrads(loss, [...learning.values()]);
  const gradients = new Map([...learning].map(([name, variable]) => [name, grads[variable.name]]));
  optimiser.step(gradients, rate);
  const [read] = value.dataSync<"float32">();
  tf.dispose([value, ...gradients.values()]);
  return read;
}

function forward(
  { hidden, out }: PooledParams,
  x: tf.Tensor2D,
  training?: { share: number; rng: Rng },
): tf.Tensor2D {
  if (!hidden) return linear(x, out.weight, { bias: out.bias }) as tf.Tensor2D;
  const units = linear(x, hidden.weight, { bias: hidden.bias, activation: "relu" });
  const kept = training ? dropout(units, { rate: training.share, training }) : units;
  return linear(kept, out.weight, { bias: out.bias }) as tf.Tensor2D;
}

function scoreAll(
  params: PooledParams,
  features: Float32Array,
  { inputs, classes }: { inputs: number; classes: number },
): Float32Array {
  const rows = features.length / inputs;
  const scores = new Float32Array(rows * classes);
  for (let start = 0; start < rows; start += CHUNK) {
    const block = features.subarray(start * inputs, (start + CHUNK) * inputs);
    const some = tf.tidy(() =>
      forward(params, tf.tensor2d(block, [block.length / inputs, inputs])).dataSync()
    );
    scores.set(some, start * classes);
  }
  return scores;
}
