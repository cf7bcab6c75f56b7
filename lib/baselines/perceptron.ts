import * as tf from "../tensor/mod.ts";
import { createRng, type Rng } from "../runtime/mod.ts";
import { holdOut, type LabelledRows, meanLogLoss, type ValidatedFitOptions } from "./held_out.ts";
import { encodeLabels, requireColumns, toPrediction } from "./labels.ts";
import type { Classifier, Prediction } from "./types.ts";
import { measureScaling, softmaxRows, standardise, type Table, takeRows } from "../matrix/mod.ts";

/** Size and training settings of a perceptron. */
export interface PerceptronOptions extends ValidatedFitOptions {
  /** Units of the hidden layer; default 128. */
  readonly hidden?: number;
  /** Most passes over the rows; default 200. */
  readonly epochs?: number;
  /** Default 1e-3. */
  readonly learningRate?: number;
  /** Share of the hidden units that are left out at each step; default 0.2. */
  readonly dropout?: number;
}

/** A fitted perceptron and the pass (from 0) after which it was kept. */
export interface Perceptron extends Classifier {
  readonly epoch: number;
}

/** Weights and biases of the two layers: [inputs, hidden], [hidden], [hidden, classes], [classes]. */
type Layers = readonly tf.Tensor[];

const BATCH = 64;
/** Passes without a lower validation loss before training ends. */
const PATIENCE = 8;
/** Rows predicted at once. */
const CHUNK = 1024;

/**
 * A perceptron with one hidden layer, softmax(relu(x W1 + b1) W2 + b2) on standardised features, trained by Adam (batches
 * of 64); the pass of least log-loss on held-out rows is kept, the last where none are held out.
 */
export function fitPerceptron(
  table: Table,
  labels: readonly string[],
  options: PerceptronOptions,
): Perceptron {
  const { classes } = encodeLabels(table, labels);
  const { fit, validation } = holdOut(table, labels, options);
  const scaling = measureScaling(fit.table);
  const scaled = (raw: Table) => standardise(raw, scaling);
  const { layers, epoch } = train(
    { table: scaled(fit.table), labels: fit.labels },
    { table: scaled(validation.table), labels: validation.labels },
    { classes, ...options },
  );
  return {
    classes,
    epoch,
    predict(query) {
      requireColumns(query, table.cols);
      const tensors = layers.map(({ values, shape }) => tf.tensor(values, shape));
      const prediction = predictRows(tensors, scaled(query), classes);
      tf.dispose(tensors);
      return prediction;
    },
  };
}

/** Layers as they lie between calls: no tensor outlives one. */
interface Kept {
  readonly epoch: number;
  readonly layers: readonly { values: Float32Array; shape: number[] }[];
}

function train(
  fit: LabelledRows,
  validation: LabelledRows,
  options: PerceptronOptions & { classes: readonly string[] },
): Kept {
  const { seed, classes, hidden = 128, epochs = 200, learningRate = 1e-3 } = options;
  const rng = createRng(seed).split("perceptron");
  const layers = createLayers(rng.split("layers"), [fit.table.cols, hidden, classes.length]);
  const optimiser = tf.train.adam(learningRate);
  let [best, least] = [keep(layers, 0), Infinity];
  for (let epoch = 0; epoch < epochs && epoch - best.epoch <= PATIENCE; epoch++) {
    trainPass(layers, fit, { ...options, optimiser, rng: rng.split(epoch) });
    const loss = validation.labels.length === 0
      ? -epoch
      : meanLogLoss(predictRows(layers, validation.table, classes), validation.labels);
    if (loss < least) [best, least] = [keep(layers, epoch), loss];
  }
  optimiser.dispose();
  tf.dispose([...layers]);
  return best;
}

/** He's normal start (He et al. 2015), biases zero. */
function createLayers(rng: Rng, widths: readonly number[]): tf.Variable[] {
  return tf.tidy(() =>
    widths.slice(1).flatMap((outputs, i) => {
      const [inputs, sd] = [widths[i], Math.sqrt(2 / widths[i])];
      const weights = Float32Array.from({ length: inputs * outputs }, () => sd * rng.normal());
      return [tf.variable(tf.tensor2d(weights, [inputs, outputs])), tf.variable(tf.zeros([outputs]))];
    })
  );
}

const keep = (layers: Layers, epoch: number): Kept => ({
  epoch,
  layers: layers.map((layer) => ({ values: layer.dataSync<"float32">().slice(), shape: layer.shape })),
});

function trainPass(
  layers: readonly tf.Variable[],
  { table, labels }: LabelledRows,
  { classes, optimiser, rng, dropout = 0.2 }: {
    classes: readonly string[];
    optimiser: tf.Optimizer;
    rng: Rng;
    dropout?: number;
  },
): void {
  const order = rng.shuffle(Int32Array.from(labels.keys()));
  const hidden = layers[1].size;
  for (let start = 0; start < order.length; start += BATCH) {
    const rows = order.subarray(start, start + BATCH);
    const mask = Float32Array.from(
      { length: rows.length * hidden },
      () => rng.uniform() < dropout ? 0 : 1 / (1 - dropout),
    );
    tf.tidy(() => {
      const { data, cols } = takeRows(table, rows);
      const x = tf.tensor2d(data, [rows.length, cols]);
      const truth = tf.oneHot(Array.from(rows, (row) => classes.indexOf(labels[row])), classes.length);
      optimiser.minimize(() => {
        const logits = forward(layers, x, tf.tensor2d(mask, [rows.length, hidden]));
        return tf.losses.softmaxCrossEntropy(truth, logits) as tf.Scalar;
      });
    });
  }
}

/** Scores of the classes, rows x classes. */
function forward([w1, b1, w2, b2]: Layers, x: tf.Tensor2D, mask?: tf.Tensor2D): tf.Tensor2D {
  const units = tf.relu(tf.add(tf.matMul(x, w1 as tf.Tensor2D), b1)) as tf.Tensor2D;
  return tf.add(tf.matMul(mask ? tf.mul(units, mask) : units, w2 as tf.Tensor2D), b2);
}

function predictRows(layers: Layers, table: Table, classes: readonly string[]): Prediction {
  const { data, rows, cols } = table;
  const scores = new Float32Array(rows * classes.length);
  for (let start = 0; start < rows; start += CHUNK) {
    const count = Math.min(CHUNK, rows - start);
    const values = data.subarray(start * cols, (start + count) * cols);
    const block = tf.tidy(() => forward(layers, tf.tensor2d(values, [count, cols])).dataSync());
    scores.set(block, start * classes.length);
  }
  return toPrediction(classes, softmaxRows(scores, classes.length));
}
