import * as tf from "@tensorflow/tfjs";
import type { CellModel } from "../../cell/mod.ts";
import { goNeighbours } from "../../data/mod.ts";
import { setBlasThreads } from "../../kernels/mod.ts";
import {
  disposeParams,
  isLearnt,
  limitRows,
  normaliseAdjacency,
  storeParams,
  type TrainingMode,
} from "../../nn/mod.ts";
import { createRng, dataError, modelError, type Rng } from "../../runtime/mod.ts";
import { runTraining, type Scores, type TrainingOptions } from "../../train/mod.ts";
import { gearsChange } from "./gears.ts";
import {
  batchesPerEpoch,
  type GearsBatch,
  pairBatches,
  type Treatment,
  treatmentsOf,
} from "./gears_batches.ts";
import { coexpressionGraph } from "./gears_graphs.ts";
import { gearsLoss } from "./gears_loss.ts";
import { type GearsFrame, type LiveGears, openGraphs, predictMean, withGears } from "./gears_model.ts";
import { initGears } from "./gears_params.ts";
import { cellModelVectors, randomVectors, type VectorsOf } from "./gene_embeddings.ts";
import type {
  Condition,
  FitPerturbationOptions,
  PerturbationModel,
  PerturbationSet,
  PerturbationSplit,
} from "./types.ts";

/** What stands for a gene before it is perturbed. */
export const GEARS_EMBEDDINGS = ["none", "random", "kcellfm", "kcellfm+coexpression"] as const;
/**
 * "none": GEARS' own gene embedding and its co-expression graph. "kcellfm": frozen vectors of a cell model, one a control
 * cell and gene, without that graph (as the original), or with it. "random": noise of the same width, without it.
 */
export type GearsEmbeddings = typeof GEARS_EMBEDDINGS[number];

/** How GEARS is trained. */
export interface GearsSettings {
  readonly hidden: number;
  readonly epochs: number;
  /** Pairs of cells in one forward pass, and passes in one optimiser step. */
  readonly batchSize: number;
  readonly accumulate: number;
  /** Learning rate of the first epochs; it is halved every `halveAfter` epochs. */
  readonly peak: number;
  readonly halveAfter: number;
  readonly weightDecay: number;
  /** Weight of the loss's direction term. */
  readonly lambda: number;
  /** The direction term by sign, without gradient. */
  readonly asPublished: boolean;
}

/** The original's settings (ORIGINAL section 5), batches and loss included. */
export const GEARS_AS_PUBLISHED: GearsSettings = {
  hidden: 64,
  epochs: 15,
  batchSize: 32,
  accumulate: 5,
  peak: 1e-3,
  halveAfter: 1,
  weightDecay: 5e-4,
  lambda: 0.1,
  asPublished: true,
};

/** Ours: the five batches of a step as one, which computes each treatment once instead of five times. */
export const GEARS_SETTINGS: GearsSettings = {
  ...GEARS_AS_PUBLISHED,
  batchSize: 160,
  accumulate: 1,
  asPublished: false,
};

/** What GEARS takes beside the set and its split. */
export interface GearsOptions extends FitPerturbationOptions, Partial<GearsSettings> {
  /** Default "none". */
  readonly embeddings?: GearsEmbeddings;
  /** Gives "kcellfm" its vectors and "random" their width; it must live as long as predictions are made. */
  readonly cellModel?: CellModel;
}

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
  const weights = await trainWeights(frame, { train, validation }, { settings, options, rng });
  const { embeddings = "none" } = options;
  return {
    name: embeddings === "none" ? "gears" : `gears_${embeddings.replace("+", "_")}`,
    predict: (target) => withGears({ frame, weights }, (live) => predictMean(live, target)),
  };
}

function buildFrame(
  set: PerturbationSet,
  train: readonly Condition[],
  { embeddings = "none", hidden, terms, rng, cellModel }: GearsOptions & GearsSettings & { rng: Rng },
): GearsFrame {
  const genes = set.genes.length;
  const names = [...new Set([...set.perturbable, ...set.genes])];
  const coexpression = embeddings === "none" || embeddings === "kcellfm+coexpression";
  const controls = new Set(train.map(({ control }) => control.cells));
  const cells = [...controls, ...train.map(({ cells }) => cells)];
  const vectorsOf = vectorSource(embeddings, { set, rng, cellModel });
  const size = { genes, nodes: names.length, hidden, coexpression, vectors: cellModel?.config.width };
  return {
    size: embeddings === "none" ? { ...size, vectors: undefined } : size,
    nodes: new Map(names.map((name, node) => [name, node])),
    go: normaliseAdjacency(goNeighbours(names, terms), names.length),
    coexpression: coexpression ? normaliseAdjacency(coexpressionGraph(cells), genes) : undefined,
    vectorsOf,
  };
}

function vectorSource(
  embeddings: GearsEmbeddings,
  { set, rng, cellModel }: { set: PerturbationSet; rng: Rng; cellModel?: CellModel },
): VectorsOf | undefined {
  if (embeddings === "none") return undefined;
  if (!cellModel) {
    throw modelError(
      `Cannot fit GEARS with ${embeddings} embeddings: no cell model was given; give a checkpoint`,
    );
  }
  const { genes, total } = set;
  if (embeddings !== "random") {
    return cellModelVectors(cellModel, { genes, total, rng: rng.split("controls") });
  }
  return randomVectors(rng.split("random vectors"), { genes: genes.length, width: cellModel.config.width });
}

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

async function trainWeights(frame: GearsFrame, parts: Parts, { settings, options, rng }: Training) {
  const live = { frame, params: initGears(rng.split("weights"), frame.size), graphs: openGraphs(frame) };
  const threads = setBlasThreads(1); // its products are too small to share
  capEmbeddings(live);
  try {
    await runTraining(trainingOptions(live, parts, { settings, options, rng }));
    return storeParams(live.params);
  } finally {
    if (threads !== null) setBlasThreads(threads);
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
  const stepsPerEpoch = Math.floor(batchesPerEpoch(treatments, batchSize) / accumulate);
  const batches = { batchSize, nodes: live.frame.size.nodes, vectorsOf: live.frame.vectorsOf };
  let done = 0;
  return {
    params: live.params,
    trainable: isLearnt,
    loss: (batch, training) => batchLoss(live, batch, { ...settings, training }),
    batches: (epoch) => pairBatches(treatments, { ...batches, rng: rng.split(`epoch/${epoch}`) }),
    validate: validation.length > 0 ? () => validationScores(live, validation) : undefined,
    monitor: validation.length > 0 ? { score: "top20_mse", better: "lower" } : undefined,
    epochs,
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

/** As many pairs a step as asked for, in more passes where they do not fit, in fewer where the set is small. */
function fitBatches(treatments: readonly Treatment[], { batchSize, accumulate }: GearsSettings) {
  const genes = treatments[0].cells.cols;
  const most = Math.max(2, Math.floor(MOST_ROWS / genes));
  const size = Math.min(treatments.length, batchSize) <= most ? batchSize : Math.min(batchSize, most);
  const passes = Math.round(batchSize * accumulate / size);
  return { batchSize: size, accumulate: Math.max(1, Math.min(passes, batchesPerEpoch(treatments, size))) };
}

/** Embeddings are at most one long, as in the original. */
function capEmbeddings({ params: { genes, coexpression, perturbations } }: LiveGears): void {
  for (const table of [genes, coexpression, perturbations]) if (table) limitRows(table.embedding);
}

function batchLoss(
  { params, graphs }: LiveGears,
  batch: GearsBatch,
  { training, lambda, asPublished }: GearsSettings & { training: TrainingMode },
) {
  const { rows: { perturbed, counts, vectors }, rowOf } = batch;
  const [genes] = params.own.weight.shape;
  const table = (values: Float32Array) => tf.tensor2d(values, [rowOf.length, genes]);
  const rows = { perturbed, counts, vectors: vectors && tf.tensor3d(vectors.values, vectors.shape) };
  const change = gearsChange(params, rows, { graphs, training });
  const pick = tf.oneHot(tf.tensor1d(rowOf, "int32"), counts.length).toFloat() as tf.Tensor2D;
  const predicted = tf.add(tf.matMul(pick, change), table(batch.control)) as tf.Tensor2D;
  const [truth, reference, weights] = [batch.truth, batch.reference, batch.weights].map(table);
  return gearsLoss({ predicted, truth, reference, weights }, { lambda, asPublished });
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
