import * as tf from "../../tensor/mod.ts";
import { createHash } from "node:crypto";
import {
  type AsPublished,
  type CellConfig,
  type CellModel,
  type CellParams,
  initCellParams,
  type LossWeights,
  type Meanings,
  type PretrainingBatch,
  pretrainingBatch,
  pretrainingLoss,
  selectTypes,
  type TypeSpace,
} from "../../cell/mod.ts";
import { hashCells, measuredGenes, orderedBatches } from "../../genes/mod.ts";
import { decays, disposeParams } from "../../nn/mod.ts";
import { meaningOf, type Ontology } from "../../ontology/mod.ts";
import { createRng } from "../../runtime/mod.ts";
import {
  mapShared,
  requireFinished,
  runTraining,
  type Scores,
  type TrainingOptions,
  type TrainingResult,
  type Workers,
} from "../../train/mod.ts";
import { studyInformativeness, withProfileOf } from "./informative_genes.ts";
import { cellReducer, scoreBatch, startCellWorkers } from "./parallel.ts";
import type { PretrainingData } from "./sets.ts";
import { centredTypes, fitWidth, typeSpace } from "./space.ts";
import { unitRows } from "../../matrix/mod.ts";
import type { TypeVectors } from "../../text/mod.ts";
import { drawStudies, type Seeing, trainingBatches } from "./training_batches.ts";

/** Options of pretraining beside its data. */
export interface PretrainingOptions extends Seeing {
  readonly config: CellConfig;
  readonly ontology: Ontology;
  /** Text vectors of the types, of the model's width. */
  readonly types: TypeVectors;
  readonly epochs: number;
  /** Share of the epochs, at the start, in which `<cls>` learns from the profile alone, before sentences are read. Default 0. */
  readonly profileShare?: number;
  /** Let a label mean its term or any below it that its study does not tell apart. Default: just its own class. */
  readonly anyGrain?: boolean;
  /** Highest learning rate. */
  readonly peak: number;
  /** Share of the steps in which it rises; default 0.05. */
  readonly warmup?: number;
  /** Learning rate at the end, as a share of the highest; 1 keeps it constant. Default 0.05. */
  readonly floor?: number;
  /** Default 0.01. */
  readonly weightDecay?: number;
  /** Largest global norm of the gradient. Default 1. */
  readonly clip?: number;
  /** Points where training follows the original; default none. */
  readonly asPublished?: Partial<AsPublished>;
  /** Learn the type vectors with the cells (an ablation of the text; takes one worker). Default false. */
  readonly learnTypes?: boolean;
  readonly seed: number;
  readonly weights?: LossWeights;
  /** Share of each cell's genes hidden before selection while training. Default 0.2. */
  readonly hide?: number;
  readonly patience?: number;
  /** Threads that share each batch; the result is the same to rounding. Default 1. */
  readonly workers?: number;
  readonly directory?: string;
  /** Called before the first step with the number of all steps. */
  readonly onStart?: (steps: number) => void;
  readonly onLog?: TrainingOptions<unknown>["onLog"];
  readonly onStep?: TrainingOptions<unknown>["onStep"];
  readonly signal?: AbortSignal;
}

/** A pretrained model (its temperature still 1) and how it got there. */
export interface Pretrained {
  readonly model: CellModel;
  readonly training: TrainingResult;
  /** Optimiser steps of one epoch. */
  readonly stepsPerEpoch: number;
}

/**
 * Pretrains a cell model from scratch on the training cells, choosing the epoch by the validation cells.
 *
 * @throws {DOMException} "AbortError", when the signal stops it.
 */
export async function pretrain(data: PretrainingData, asked: PretrainingOptions): Promise<Pretrained> {
  const informativeness = studyInformativeness(data);
  const options = { ...asked, config: withProfileOf(asked.config, informativeness) };
  const { config, seed, weights, ontology, asPublished, learnTypes = false } = options;
  const count = learnTypes ? 1 : options.workers ?? 1;
  const sizes = { genes: data.vocabulary.symbols.length, classes: data.classes.length };
  const { types, ranked } = typesFor(data, options);
  const params = initCellParams(createRng(seed).split("params"), {
    config,
    ...sizes,
  });
  const space = typeSpace(ranked, { classes: data.classes, ontology, asPublished });
  const learned = learnTypes ? tf.variable(space.vectors) : null;
  const meanings = options.anyGrain ? studyMeanings(data, ontology) : undefined;
  const stepsPerEpoch = countSteps(data, options);
  let workers: Workers | null = null;
  try {
    if (count > 1) {
      workers = await startCellWorkers(params, { config, space, weights, meanings, ...sizes, count });
    }
    options.onStart?.(options.epochs * stepsPerEpoch);
    const training = await runTraining(
      trainingOptions({
        data,
        options,
        params,
        space,
        meanings,
        learned,
        informativeness,
        stepsPerEpoch,
        workers,
      }),
    );
    requireFinished(training, options.directory);
    const { vocabulary, classes } = data;
    const model = {
      config,
      params,
      vocabulary,
      informativeness,
      classes,
      types: learned ? { ...ranked, ...unitRows({ ...ranked, data: learned.dataSync<"float32">() }) } : types,
      temperature: 1,
      hash: "unsaved",
      seenCells: seenCells(data),
    };
    return { model, training, stepsPerEpoch };
  } catch (error) {
    disposeParams(params);
    throw error;
  } finally {
    workers?.close();
    tf.dispose([space.vectors, ...(learned ? [learned] : [])]);
  }
}

/** Hashes of the cells that a model learned from or was chosen by, sorted. */
function seenCells({ studies }: PretrainingData): Uint32Array {
  const sets = studies.flatMap(({ train, validation }) => [train, validation]);
  return Uint32Array.from(sets.flatMap((set) => Array.from(hashCells(set, set.rows)))).sort();
}

/** The type vectors that the model keeps, and those that its cells are ranked among. */
function typesFor({ classes }: PretrainingData, { types, config, asPublished }: PretrainingOptions) {
  const fitting = fitWidth(types, config.width);
  if (!asPublished?.types) {
    const centred = centredTypes(fitting);
    return { types: centred, ranked: centred };
  }
  const raw = { ...fitting, ...unitRows(fitting) };
  return { types: raw, ranked: selectTypes(raw, classes) };
}

/** Meanings of the labels of each study among the classes. */
export const studyMeanings = ({ studies, classes }: PretrainingData, ontology: Ontology): Meanings =>
  studies.map(({ train }) => {
    const used = new Set(Array.from(train.rows, (row) => train.classes[row]));
    const labels = [...used].filter((label) => label >= 0).map((label) => classes[label]);
    return meaningOf(labels, { ontology, classes });
  });

/** Optimiser steps of one epoch. */
export function countSteps({ studies }: PretrainingData, { batchSize, perType }: Seeing): number {
  const sets = drawStudies(studies.map(({ train }) => train), { perType, rng: createRng("steps") });
  const cells = sets.reduce((sum, { rows }) => sum + rows.length, 0);
  return Math.max(1, Math.floor(cells / batchSize));
}

interface Setup {
  readonly data: PretrainingData;
  readonly options: PretrainingOptions;
  readonly params: CellParams;
  readonly space: TypeSpace;
  readonly meanings?: Meanings;
  /** Type vectors that are learned in place of those of `space`. */
  readonly learned: tf.Variable<tf.Rank.R2> | null;
  readonly informativeness: Float32Array;
  readonly stepsPerEpoch: number;
  readonly workers: Workers | null;
}

function trainingOptions(setup: Setup): TrainingOptions<PretrainingBatch> {
  const { options, params, space, meanings, learned, stepsPerEpoch, workers } = setup;
  const { config, weights, peak, warmup = 0.05, floor, weightDecay = 0.01 } = options;
  const total = options.epochs * stepsPerEpoch;
  return {
    ...options,
    params: learned ? { ...params, types: learned } : params,
    decays,
    loss: (batch, training) =>
      pretrainingLoss(params, batch, { config, space: currentSpace(setup), weights, meanings, training }),
    batches: (epoch) => epochBatches(setup, epoch),
    reducer: workers ? cellReducer(workers, space) : undefined,
    validate: () => validationScores(setup),
    monitor: { score: "loss", better: "lower" },
    identity: identityOf(setup),
    schedule: { peak, warmup: Math.ceil(warmup * total), total, floor },
    weightDecay,
  };
}

/** Fingerprint of the batches: cells by study and their classes, and the rule that reads them. */
function identityOf({ data, options }: Setup): string {
  const { config, hide, weights, anyGrain, profileShare, asPublished, learnTypes } = options;
  const chosen = { ...seeingOf(options), hide, weights, anyGrain, profileShare, asPublished, learnTypes };
  const settings = { config, ...chosen };
  const hash = createHash("sha256").update(JSON.stringify([settings, data.classes]));
  for (const { name, train, validation } of data.studies) {
    hash.update(JSON.stringify([name, train.source.nObs, train.source.nVars]));
    for (const { rows, classes } of [train, validation]) hash.update(rows).update(classes);
  }
  return hash.digest("hex");
}

/** The types as cells are ranked among them now: learned vectors count by their direction. */
function currentSpace({ space, learned }: Setup): TypeSpace {
  if (!learned) return space;
  const lengths = tf.sqrt(tf.add(tf.sum(tf.square(learned), 1, true), 1e-12));
  return { ...space, vectors: tf.div<tf.Tensor2D>(learned, lengths) };
}

function epochBatches(setup: Setup, epoch: number): Iterable<PretrainingBatch> {
  const { data, options, informativeness } = setup;
  const { config, seed, hide = 0.2, profileShare = 0, asPublished } = options;
  const length = epoch < Math.round(profileShare * options.epochs) ? 1 : config.length; // 1: <cls> alone
  return trainingBatches(data.studies.map(({ train }) => train), {
    ...seeingOf(options),
    rule: { config: { ...config, length }, informativeness },
    hide,
    asPublished,
    rng: createRng(seed).split("batches").split(epoch),
  });
}

const seeingOf = ({ batchSize, perType, views, group, drawLength }: PretrainingOptions): Seeing => ({
  batchSize,
  perType,
  views,
  group,
  drawLength,
});

/** Each loss on the validation cells, each cell seen once with the same genes masked every time. */
async function validationScores(setup: Setup): Promise<Scores> {
  const { params, workers, meanings, options: { config, weights } } = setup;
  const space = currentSpace(setup);
  workers?.publish();
  const own = (batch: PretrainingBatch) => scoreBatch(params, batch, { config, space, weights, meanings });
  const sums: Scores = {};
  let cells = 0;
  for await (const batch of mapShared(validationBatches(setup), { workers, job: "score", own })) {
    for (const [name, score] of Object.entries(batch.scores)) {
      sums[name] = (sums[name] ?? 0) + score * batch.cells;
    }
    cells += batch.cells;
  }
  if (setup.learned) space.vectors.dispose();
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / cells]));
}

function* validationBatches({ data, options, informativeness }: Setup): Generator<PretrainingBatch> {
  const rule = { config: options.config, informativeness };
  const rng = createRng("validation");
  const perType = options.perType && Math.ceil(options.perType / 15); // a look after each epoch, not a second training
  const sets = drawStudies(data.studies.map(({ validation }) => validation), { perType, rng });
  const measured = sets.map(measuredGenes);
  let cells = 0;
  for (const batch of orderedBatches(sets, options.batchSize)) {
    yield pretrainingBatch(rule, batch, { rng: rng.split(cells), hide: 0, measured });
    cells += batch.classes.length;
  }
}
