import * as tf from "../../tensor/mod.ts";
import { createHash } from "node:crypto";
import {
  type CellModel,
  classifyCells,
  disposeModel,
  encodeCells,
  encodeFrom,
  hierarchicalRanking,
  type Loss,
  tokenizeFor,
  type TypeSpace,
} from "../../cell/mod.ts";
import {
  type LabelledCells,
  type ModelCells,
  orderedBatches,
  shuffledBatches,
  type TokenBatch,
} from "../../genes/mod.ts";
import { geneInformativeness } from "../../baselines/mod.ts";
import { softmaxCrossEntropy } from "../../kernels/mod.ts";
import { decays, type TrainingMode } from "../../nn/mod.ts";
import { createRng, dataError, type Rng } from "../../runtime/mod.ts";
import {
  requireFinished,
  runTraining,
  type Scores,
  type TrainingOptions,
  type TrainingResult,
} from "../../train/mod.ts";
import { fitsInMemory, type HiddenCells, hideCells, takeHidden } from "./hidden.ts";
import { type EncodedCells, encodeHidden, encodeRows } from "./predict.ts";
import { withNewHead } from "./start.ts";
import { epochsFor, TUNE_SETTINGS, type TuneSettings } from "./tune_settings.ts";

/** Labelled cells, split; rows are ascending and of one file. */
export interface TuningData {
  readonly cells: ModelCells;
  readonly classes: readonly string[];
  /** Class of every row of the file, or -1. */
  readonly codes: Int32Array;
  readonly train: Int32Array;
  /** The epoch is chosen by these; without any, the last one is kept. */
  readonly validation: Int32Array;
}

/** Options of fine-tuning beside data and settings. */
export interface TuneOptions extends Partial<TuneSettings> {
  readonly seed: number;
  /** Text vectors by class for the ranking loss; default: no ranking. */
  readonly space?: TypeSpace | null;
  /** Output of {@linkcode hideFor} for the training and validation cells; default: computed here. */
  readonly hidden?: HiddenCells | null;
  /** Folder for the log and a state to resume from. */
  readonly directory?: string;
  readonly onStep?: TrainingOptions<unknown>["onStep"];
  readonly onLog?: TrainingOptions<unknown>["onLog"];
  readonly signal?: AbortSignal;
}

/** A tuned model, which owns its variables ({@linkcode disposeModel}), and how it got there. */
export interface Tuned {
  readonly model: CellModel;
  readonly training: TrainingResult;
}

/** Cells to read anew, or rows whose vectors below the learning layers are kept. */
interface TuningBatch {
  readonly reading: TokenBatch | Int32Array;
  readonly classes: Int32Array;
}

/**
 * Teaches a copy of `start` the classes of `data`: cross-entropy of a fresh head, plus the ranking against the
 * ontology where `space` is given. The epoch with the least validation loss is kept. Which genes of a cell are read is
 * settled by the training cells alone: value x adjusted eta squared.
 *
 * @throws {KcellfmError} tag "data", when there are fewer than two classes or two training cells.
 * @throws {DOMException} "AbortError", when the signal stops it.
 */
export async function fineTune(start: CellModel, data: TuningData, options: TuneOptions): Promise<Tuned> {
  const settings = { ...TUNE_SETTINGS, epochs: epochsFor(data.train.length, options), ...options };
  requireClasses(data);
  const rng = createRng(options.seed);
  const reading = readingOf(start, data, settings.length ?? start.config.length);
  const model = withNewHead(reading, data.classes, rng.split("head"));
  const weights = settings.classWeights === "balanced" ? tf.tensor1d(balancedWeights(data)) : null;
  const hidden = options.hidden === undefined ? hideFor(start, data, settings) : options.hidden;
  try {
    const training = await runTraining(
      trainingOptions({ model, data, settings, options, rng, weights, hidden }),
    );
    requireFinished(training, options.directory);
    return { model, training };
  } catch (error) {
    disposeModel(model);
    throw error;
  } finally {
    weights?.dispose();
  }
}

function requireClasses({ classes, codes, train, cells }: TuningData): void {
  const met = new Set(Array.from(train, (row) => codes[row]));
  if (met.size >= 2 && train.length >= 2) return;
  throw dataError(
    `Cannot fine-tune on ${cells.source.name}: its ${train.length} training cells are of ${met.size} of ` +
      `${classes.length} classes; at least two are needed`,
  );
}

/**
 * The model with a length of its own and the informativeness of the training cells. A model that reads whole profiles keeps
 * its own: the weights of its profile belong to the genes that it chooses.
 */
function readingOf(
  start: CellModel,
  { cells, classes, codes, train }: TuningData,
  length: number,
): CellModel {
  const sizes = { genes: cells.genes, classes: classes.length };
  const labelled = { ...cells, rows: train, classes: codes };
  const informativeness = start.config.selection === "informative" && !start.config.profile
    ? geneInformativeness(orderedBatches([labelled], 256), sizes)
    : start.informativeness;
  return { ...start, config: { ...start.config, length }, informativeness };
}

/**
 * Output of the frozen layers for the cells of `data` and for `more` rows, the same at every step; null if
 * all layers learn or there is no room.
 */
export function hideFor(
  start: CellModel,
  data: TuningData,
  options: Partial<TuneSettings> & { readonly more?: Int32Array },
): HiddenCells | null {
  const { layers, length } = { ...TUNE_SETTINGS, ...options };
  const rows = Int32Array.from([...data.train, ...data.validation, ...options.more ?? []]);
  const model = readingOf(start, data, length ?? start.config.length);
  if (layers === "all" || !fitsInMemory(rows.length, model.config)) return null;
  return hideCells(model, { ...data.cells, rows, classes: data.codes }, model.config.layers - layers);
}

/** n / (classes x cells of the class); classes without cells get 0. */
function balancedWeights({ classes, codes, train }: TuningData): Float32Array {
  const counts = new Float32Array(classes.length);
  for (const row of train) counts[codes[row]]++;
  const met = counts.filter((n) => n > 0).length;
  return counts.map((n) => n > 0 ? train.length / (met * n) : 0);
}

interface Setup {
  readonly model: CellModel;
  readonly data: TuningData;
  readonly settings: TuneSettings;
  readonly options: TuneOptions;
  readonly rng: Rng;
  readonly weights: tf.Tensor1D | null;
  readonly hidden: HiddenCells | null;
}

function trainingOptions(setup: Setup): TrainingOptions<TuningBatch> {
  const { model, data, settings, options, rng } = setup;
  const { epochs, batchSize, peak, patience, weightDecay } = settings;
  const steps = Math.max(1, Math.ceil(data.train.length / batchSize));
  const validated = data.validation.length > 0;
  return {
    params: model.params,
    trainable: learns(model, settings.layers),
    decays,
    weightDecay,
    loss: (batch, training) => tuningLoss(setup, batch, training),
    batches: (epoch) => tuningBatches(setup, rng.split(`epoch/${epoch}`)),
    ...(validated && {
      validate: () => validationScores(setup),
      monitor: { score: "cell_type", better: "lower" as const },
      patience,
    }),
    epochs,
    schedule: { peak, warmup: Math.ceil(0.1 * epochs * steps), total: epochs * steps },
    seed: options.seed,
    identity: identityOf(setup),
    directory: options.directory,
    onStep: options.onStep,
    onLog: options.onLog,
    signal: options.signal,
  };
}

/** Fingerprint of everything that the steps depend on beyond the loop's own settings. */
function identityOf({ model, data, settings }: Setup): string {
  const { cells: { source }, classes, codes, train, validation } = data;
  const chosen = Object.keys(TUNE_SETTINGS).map((name) => settings[name as keyof TuneSettings]);
  const hash = createHash("sha256").update(JSON.stringify([source.name, classes, model.config, chosen]));
  for (const rows of [codes, train, validation]) hash.update(rows);
  return hash.digest("hex");
}

/** Predicate for the parameters that learn, by name. */
export function learns({ config }: CellModel, layers: number | "all"): (name: string) => boolean {
  if (layers === "all") return (name) => !name.startsWith("expression.");
  const first = config.layers - layers;
  return (name) => {
    if (name.startsWith("classifier.")) return true;
    const layer = name.match(/^layers\.(\d+)\./);
    return layer !== null && Number(layer[1]) >= first;
  };
}

function* tuningBatches({ model, data, settings, hidden }: Setup, rng: Rng): Generator<TuningBatch> {
  const { batchSize, hide } = settings;
  if (hidden) return yield* rowBatches(data, { batchSize, rng });
  const labelled: LabelledCells = { ...data.cells, rows: data.train, classes: data.codes };
  let index = 0;
  for (const { cells, classes } of shuffledBatches([labelled], { batchSize, rng })) {
    yield { reading: tokenizeFor(model, cells, { rng: rng.split(index++), hide }), classes };
  }
}

/** The training rows in random order; a last batch of one cell is left out, as by {@linkcode shuffledBatches}. */
function* rowBatches(
  { train, codes }: TuningData,
  { batchSize, rng }: { batchSize: number; rng: Rng },
): Generator<TuningBatch> {
  const rows = rng.shuffle(train.slice());
  for (let at = 0; at < rows.length; at += batchSize) {
    const reading = rows.slice(at, at + batchSize);
    if (reading.length > 1) yield { reading, classes: reading.map((row) => codes[row]) };
  }
}

function encodeReading(
  { model, hidden }: Pick<Setup, "model" | "hidden">,
  reading: TuningBatch["reading"],
  training?: TrainingMode,
): tf.Tensor2D {
  const { params, config } = model;
  if (!(reading instanceof Int32Array)) return encodeCells(params, reading, { config, training }).cells;
  if (!hidden) throw new RangeError("Cannot encode rows: their vectors are not kept");
  return encodeFrom(params, takeHidden(hidden, reading), { config, training, first: hidden.layers }).cells;
}

function tuningLoss(setup: Setup, { reading, classes }: TuningBatch, training: TrainingMode): Loss {
  const { model, settings, options, weights } = setup;
  const cells = encodeReading(setup, reading, training);
  const logits = classifyCells(model.params.classifier, cells);
  const labels = tf.tensor1d(classes, "int32");
  const cell_type = softmaxCrossEntropy(logits, labels, weights ? { weights } : {});
  if (!options.space || settings.ontology === 0) return { total: cell_type, parts: { cell_type } };
  const ontology = hierarchicalRanking(cells, { space: options.space, classes });
  return {
    total: tf.add(cell_type, tf.mul(ontology, settings.ontology)) as tf.Scalar,
    parts: { cell_type, ontology },
  };
}

/** Mean -log p of the true classes and accuracy on the validation cells. */
function validationScores(setup: Setup): Scores {
  const { data, model, hidden } = setup;
  const truth = Int32Array.from(data.validation, (row) => data.codes[row]);
  const cells = { ...data.cells, rows: data.validation, classes: data.codes };
  const { probabilities } = hidden ? encodeHidden(model, hidden, data.validation) : encodeRows(model, cells);
  return scoreProbabilities(probabilities, truth, model.classes.length);
}

function scoreProbabilities(
  probabilities: EncodedCells["probabilities"],
  truth: Int32Array,
  classes: number,
): Scores {
  let [loss, hits] = [0, 0];
  truth.forEach((code, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    loss -= Math.log(Math.max(row[code], 1e-30));
    if (row.every((p) => p <= row[code])) hits++;
  });
  return { cell_type: loss / truth.length, accuracy: hits / truth.length };
}
