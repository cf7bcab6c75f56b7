import * as tf from "../../../tensor/mod.ts";
import { setThreads } from "../../../kernels/mod.ts";
import { disposeParams, isLearnt, limitRows, storeParams, type TrainingMode } from "../../../nn/mod.ts";
import { createRng, dataError, type Rng } from "../../../runtime/mod.ts";
import { requireFinished, runTraining, type Scores, type TrainingOptions } from "../../../train/mod.ts";
import { changeOf } from "../learn/changes.ts";
import { gearsChange } from "./network.ts";
import { batchesPerEpoch, type GearsBatch, pairBatches, type Treatment, treatmentsOf } from "./batches.ts";
import { gearsLoss } from "./loss.ts";
import { type GearsFrame, type LiveGears, openGraphs, predictMean, type StoredGears } from "./model.ts";
import { initGears } from "./params.ts";
import { buildFrame } from "./frame.ts";
import { gearsModel, storeGears } from "./stored.ts";
import { GEARS_SETTINGS, type GearsOptions, type GearsSettings } from "./settings.ts";
import type { PerturbationModel } from "../model.ts";
import type { Condition, PerturbationSet, PerturbationSplit } from "../set.ts";
import { dot } from "../../../matrix/mod.ts";

/**
 * GEARS (Roohani et al. 2023), trained on pairs of a random control cell and a perturbed one; the epoch with the least
 * error at the 20 most differential genes of the validation conditions is kept (the last without any).
 *
 * @throws {KcellfmError} tag "data", when no condition of the split's training part is in the set; tag "model", when the
 * embeddings need a cell model and there is none.
 */
export async function fitGears(
  set: PerturbationSet,
  split: PerturbationSplit,
  options: GearsOptions,
): Promise<PerturbationModel> {
  const settings = { ...GEARS_SETTINGS, ...options };
  const train = set.conditions.filter(({ name }) => split.train.includes(name));
  const validation = set.conditions.filter(({ name }) => split.validation.includes(name));
  if (train.length === 0) {
    throw dataError(
      `Cannot fit GEARS: ${set.name} has none of the ${split.train.length} training conditions of ${split.name}`,
    );
  }
  const rng = createRng(options.seed).split("gears");
  const frame = buildFrame(set, train, { ...settings, rng });
  const stored = await trainWeights(frame, { train, validation }, { settings, options, rng });
  const name = nameOf(settings);
  return { ...gearsModel(name, stored), ...storeGears(name, stored) };
}

/** gears, gears_kcellfm, gears_prior, gears_graph_text, ... */
const nameOf = ({ embeddings = "none", graph, prior }: GearsOptions): string =>
  [
    "gears",
    ...embeddings === "none" ? [] : embeddings.split("+"),
    ...graph ? ["graph", graph.name] : [],
    ...prior ? ["prior"] : [],
  ].join("_");

/** Conditions to learn from and to choose by. */
interface Parts {
  readonly train: readonly Condition[];
  readonly validation: readonly Condition[];
}

interface Training {
  readonly settings: GearsSettings;
  readonly options: GearsOptions;
  readonly rng: Rng;
}

async function trainWeights(
  frame: GearsFrame,
  parts: Parts,
  { settings, options, rng }: Training,
): Promise<StoredGears> {
  const params = initGears(rng.split("weights"), frame.size);
  const live = { frame, params, graphs: openGraphs(frame), trust: 1 };
  const threads = setThreads(1); // its products are too small to share
  capEmbeddings(live);
  try {
    requireFinished(await runTraining(trainingOptions(live, parts, { settings, options, rng })));
    const trust = frame.prior ? measureTrust(live, parts.validation) : 1;
    return { frame, weights: storeParams(params), trust };
  } finally {
    if (threads !== null) setThreads(threads);
    disposeParams(live.params);
    tf.dispose(Object.values(live.graphs));
  }
}

function trainingOptions(
  live: LiveGears,
  { train, validation }: Parts,
  { settings, options, rng }: Training,
): TrainingOptions<GearsBatch> {
  const treatments = treatmentsOf(train, live.frame.nodes);
  const { epochs, peak, weightDecay, halveAfter } = settings;
  const { batchSize, accumulate } = fitBatches(treatments, settings);
  const { pairsPerEpoch, pool } = settings;
  const stepsPerEpoch = Math.floor(batchesPerEpoch(treatments, { batchSize, pairsPerEpoch }) / accumulate);
  const { size, vectorsOf } = live.frame;
  const batches = { batchSize, pairsPerEpoch, pool, vectorsOf, nodes: size.nodes };
  let done = 0;
  return {
    params: live.params,
    trainable: isLearnt,
    loss: (batch, training) => batchLoss(live, batch, { ...settings, training }),
    batches: (epoch) => pairBatches(treatments, { ...batches, rng: rng.split(`epoch/${epoch}`) }),
    validate: validation.length > 0 ? () => validationScores(live, validation) : undefined,
    monitor: validation.length > 0 ? { score: "top20_mse", better: "lower" } : undefined,
    epochs,
    patience: settings.patience,
    schedule: { peak, every: halveAfter * stepsPerEpoch, factor: 0.5 },
    weightDecay,
    accumulate,
    seed: options.seed,
    signal: options.signal,
    onStep: () => {
      capEmbeddings(live);
      options.onProgress?.({ done: ++done, total: epochs * stepsPerEpoch });
    },
  };
}

/** Rows times genes in one forward pass at most: what is kept for the backward pass of so many is a gigabyte. */
const MOST_ROWS = 2 ** 17;

/** Batches of the requested number of pairs a step, in more passes if they do not fit, in fewer if the set is small. */
function fitBatches(treatments: readonly Treatment[], settings: GearsSettings) {
  const { batchSize, accumulate, pairsPerEpoch } = settings;
  const most = Math.max(2, Math.floor(MOST_ROWS / treatments[0].cells.cols));
  const size = Math.min(treatments.length, batchSize) <= most ? batchSize : Math.min(batchSize, most);
  const passes = Math.round(batchSize * accumulate / size);
  const there = batchesPerEpoch(treatments, { batchSize: size, pairsPerEpoch });
  return { batchSize: size, accumulate: Math.max(1, Math.min(passes, there)) };
}

/** Embeddings are at most one long, as in the original. */
function capEmbeddings({ params: { genes, coexpression, perturbations } }: LiveGears): void {
  for (const table of [genes, coexpression, perturbations]) if (table) limitRows(table.embedding);
}

function batchLoss(
  { params, graphs, frame: { prior } }: LiveGears,
  batch: GearsBatch,
  { training, lambda, gamma, asPublished }: GearsSettings & { training: TrainingMode },
) {
  const { rows: { perturbed, counts, vectors, nodes }, rowOf } = batch;
  const [genes] = params.own.weight.shape;
  const table = (values: Float32Array) => tf.tensor2d(values, [rowOf.length, genes]);
  const rows = { perturbed, counts, vectors: vectors && tf.tensor3d(vectors.values, vectors.shape) };
  const learnt = gearsChange(params, rows, { graphs, training });
  const change = prior ? tf.add(learnt, tf.stack(nodes.map((own) => tf.tensor1d(prior.of(own))))) : learnt;
  const pick = tf.cast(tf.oneHot(tf.tensor1d(rowOf, "int32"), counts.length), "float32") as tf.Tensor2D;
  const predicted = tf.add(tf.matMul(pick, change as tf.Tensor2D), table(batch.control)) as tf.Tensor2D;
  const [truth, reference, weights] = [batch.truth, batch.reference, batch.weights].map(table);
  return gearsLoss({ predicted, truth, reference, weights }, { lambda, gamma, asPublished });
}

/**
 * The share of the learnt change, in [0, 1], that is closest to the validation conditions by least squares over all genes, each
 * condition scaled to a change of length one, so that weak ones count as much; all of it if there are none.
 */
function measureTrust(live: LiveGears, conditions: readonly Condition[]): number {
  let [product, square] = [0, 0];
  for (const condition of conditions) {
    const prior = predictMean({ ...live, trust: 0 }, condition);
    const learnt = predictMean(live, condition, VALIDATION_CELLS).map((value, gene) => value - prior[gene]);
    const change = changeOf(condition);
    const size = Math.max(dot(change, change), 1e-9);
    const missing = condition.mean.map((value, gene) => value - prior[gene]);
    product += dot(learnt, missing) / size;
    square += dot(learnt, learnt) / size;
  }
  return square > 0 ? Math.min(1, Math.max(0, product / square)) : 1;
}

/** Control cells that gene vectors are taken from while validating. */
const VALIDATION_CELLS = 32;

/** Mean over the conditions of the mean squared error at their 20 most differential genes. */
function validationScores(live: LiveGears, conditions: readonly Condition[]): Scores {
  const errors = conditions.map((condition) => {
    const predicted = predictMean(live, condition, VALIDATION_CELLS);
    const squares = Array.from(
      condition.differential,
      (gene) => (predicted[gene] - condition.mean[gene]) ** 2,
    );
    return squares.reduce((sum, error) => sum + error, 0) / squares.length;
  });
  return { top20_mse: errors.reduce((sum, error) => sum + error, 0) / errors.length };
}
