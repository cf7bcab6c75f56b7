import * as tf from "../tensor/mod.ts";
import type { StoredTensor } from "../data/tensors/mod.ts";
import { type AdamW, clipGlobalNorm, createAdamW } from "../kernels/mod.ts";
import { flattenParams, loadParams, storeParams } from "../nn/mod.ts";
import { backendError, dataError, KcellfmError, modelError, settleBackend } from "../runtime/mod.ts";
import { addScores, batchRng, computeGradients } from "./gradients.ts";
import { type BadBatch, keepBadBatch } from "./replay.ts";
import { learningRate } from "./schedule.ts";
import { addPrefix, appendLog, type Position, readRun, saveRun, startPosition, withPrefix } from "./state.ts";
import type { BatchGradients, LogEntry, Scores, TrainingOptions, TrainingResult } from "./types.ts";

/** Optimiser steps between two training lines of the log. */
const LOG_EVERY = 20;

/**
 * Trains `params` in place: gradients of `loss` averaged over `accumulate` batches, clipped, one AdamW step;
 * validation, choice of epoch and early stop after each epoch. With a `directory` the run can be stopped at any
 * moment and started again with the same arguments: it continues from its last saved state and ends with the same
 * numbers, because all randomness is drawn from (seed, epoch, batch).
 *
 * @throws {KcellfmError} tag "data", when an epoch has no batches; tag "model", when the loss is not finite or
 * the folder holds a run of other settings; tag "backend", when a GPU failed: it says which step is saved.
 */
export async function runTraining<Batch>(options: TrainingOptions<Batch>): Promise<TrainingResult> {
  const run = await openRun(options);
  try {
    let stopped: TrainingResult["stopped"] = "finished";
    while (run.position.epoch < options.epochs && stopped === "finished") {
      if (!await trainEpoch(run)) stopped = "aborted";
      else if (await endEpoch(run)) stopped = "early";
    }
    if (run.best && stopped !== "aborted") loadParams(options.params, run.best, "the best epoch");
    const { log, step, best, bestEpoch } = run.position;
    return { log, steps: step, best, bestEpoch, stopped };
  } catch (error) {
    throw withSavedStep(error, run);
  } finally {
    run.optimiser.dispose();
  }
}

/**
 * Fails where a run was stopped before its end: half a model would still give answers, and be written down.
 *
 * @throws {DOMException} "AbortError", which says where the run continues.
 */
export function requireFinished({ stopped }: TrainingResult, directory?: string): void {
  if (stopped !== "aborted") return;
  const next = directory === undefined ? "" : `; the same command goes on from ${directory}`;
  throw new DOMException(`Stopped${next}`, "AbortError");
}

/** A run under way. */
interface Run<Batch> {
  readonly options: TrainingOptions<Batch>;
  readonly learning: Map<string, tf.Variable>;
  readonly optimiser: AdamW;
  readonly position: Position;
  readonly started: number;
  best: Map<string, StoredTensor> | null;
  /** The step whose state is in the folder. */
  saved: number | null;
}

/** The failure of a backend leaves the saved state as it is, and says so. */
function withSavedStep<Batch>(error: unknown, { saved, options: { directory } }: Run<Batch>): unknown {
  if (!(error instanceof KcellfmError && error.tag === "backend") || saved === null) return error;
  return backendError(
    `${error.message}; the same command goes on from step ${saved}, saved in ${directory}`,
    error,
  );
}

async function openRun<Batch>(options: TrainingOptions<Batch>): Promise<Run<Batch>> {
  const { params, trainable = () => true, weightDecay = 0.01, decays, directory } = options;
  const learning = new Map([...flattenParams(params)].filter(([name]) => trainable(name)));
  const saved = directory ? await readRun(directory, fingerprint(options)) : null;
  const optimiser = createAdamW(learning, { weightDecay, decays });
  if (saved) {
    loadParams(params, withPrefix(saved.tensors, "params"), "the saved state");
    optimiser.restore({
      steps: saved.position.step,
      first: numbers(withPrefix(saved.tensors, "first")),
      second: numbers(withPrefix(saved.tensors, "second")),
    });
  }
  const best = saved ? withPrefix(saved.tensors, "best") : null;
  return {
    options,
    learning,
    optimiser,
    position: saved?.position ?? startPosition(),
    started: performance.now(),
    best: best && best.size > 0 ? best : null,
    saved: saved?.position.step ?? null,
  };
}

const numbers = (tensors: Map<string, StoredTensor>) =>
  new Map([...tensors].map(([name, { data }]) => [name, data as Float32Array]));

/** The settings a saved state depends on; shapes are checked when its tensors are loaded. */
function fingerprint<Batch>(options: TrainingOptions<Batch>): string {
  const { seed, epochs, schedule, weightDecay, clip, accumulate, monitor, identity } = options;
  return JSON.stringify({ seed, epochs, schedule, weightDecay, clip, accumulate, monitor, identity });
}

/** One pass over the training batches; false when it was aborted. */
async function trainEpoch<Batch>(run: Run<Batch>): Promise<boolean> {
  const { options, position } = run;
  const { accumulate = 1, saveEvery = 200, signal } = options;
  let batch = 0;
  let gradients: Map<string, tf.Tensor> | null = null;
  let loss = 0;
  for await (const item of options.batches(position.epoch)) {
    if (batch++ < position.batch) continue; // done before the run was stopped
    const step = await shareGradients(run, item, batch);
    gradients = addGradients(gradients, step.gradients);
    loss += step.scores.loss / accumulate;
    if (batch % accumulate !== 0) continue;
    applyGradients(run, gradients);
    gradients = null;
    position.batch = batch;
    await settleBackend();
    await options.onStep?.({ epoch: position.epoch, step: position.step, loss });
    loss = 0;
    if (position.step % LOG_EVERY === 0) await logTraining(run);
    if (signal?.aborted) return await save(run), false;
    if (position.step % saveEvery === 0) await save(run);
  }
  gradients?.forEach((gradient) => gradient.dispose()); // a last, incomplete accumulation is left out
  if (batch < accumulate) {
    throw dataError(`Cannot train: epoch ${position.epoch} has ${batch} batches; give more cells`);
  }
  return true;
}

/** Gradients of one batch, here or with the help of others; its scores are added to those of the log. */
async function shareGradients<Batch>(run: Run<Batch>, item: Batch, index: number): Promise<BatchGradients> {
  const { options, position, learning } = run;
  const place = { seed: options.seed, epoch: position.epoch, batch: index };
  const own = (batch: Batch) =>
    computeGradients({ loss: options.loss, learning }, { batch, training: { rng: batchRng(place) } });
  const step = await options.reducer?.reduce(item, { place, own }) ?? own(item);
  if (!Number.isFinite(step.scores.loss)) {
    throw await notFinite(options, { place, scores: step.scores, batch: item });
  }
  position.sums = addScores(position.sums, step.scores);
  position.summed++;
  return step;
}

/** The error that ends a run, once its batch is kept for replay. */
async function notFinite<Batch>({ directory }: TrainingOptions<Batch>, bad: BadBatch): Promise<KcellfmError> {
  const { place: { epoch, batch }, scores } = bad;
  const parts = Object.entries(scores).map(([name, score]) => `${name} ${score}`).join(", ");
  const kept = directory ? `the batch is kept in ${await keepBadBatch(directory, bad)}; ` : "";
  return modelError(
    `Cannot go on training: the loss is not finite at epoch ${epoch}, batch ${batch} (${parts}); ${kept}` +
      `lower the learning rate or check the input values`,
  );
}

function addGradients(
  sum: Map<string, tf.Tensor> | null,
  next: Map<string, tf.Tensor>,
): Map<string, tf.Tensor> {
  if (!sum) return next;
  return new Map([...sum].map(([name, gradient]) => {
    const total = tf.add(gradient, next.get(name)!);
    tf.dispose([gradient, next.get(name)!]);
    return [name, total];
  }));
}

function scaleGradients(gradients: Map<string, tf.Tensor>, factor: number): Map<string, tf.Tensor> {
  return new Map([...gradients].map(([name, gradient]) => {
    const scaled = tf.mul(gradient, factor);
    gradient.dispose();
    return [name, scaled];
  }));
}

function applyGradients<Batch>(run: Run<Batch>, gradients: Map<string, tf.Tensor>): void {
  const { options, position, optimiser } = run;
  const { clip = 1, accumulate = 1, schedule } = options;
  const mean = accumulate === 1 ? gradients : scaleGradients(gradients, 1 / accumulate);
  const clipped = clipGlobalNorm(mean, clip);
  optimiser.step(clipped.gradients, learningRate(position.step, schedule));
  tf.dispose([...clipped.gradients.values()]);
  position.step++;
}

async function logTraining<Batch>(run: Run<Batch>): Promise<void> {
  const { position } = run;
  if (position.summed === 0) return;
  const scores = Object.fromEntries(
    Object.entries(position.sums).map(([k, sum]) => [k, sum / position.summed]),
  );
  position.sums = {};
  position.summed = 0;
  await addToLog(run, "train", scores);
}

async function addToLog<Batch>(run: Run<Batch>, kind: LogEntry["kind"], scores: Scores): Promise<void> {
  const { options, position, started } = run;
  const entry: LogEntry = {
    epoch: position.epoch,
    step: position.step,
    kind,
    scores,
    learning_rate: learningRate(Math.max(0, position.step - 1), options.schedule),
    seconds: (performance.now() - started) / 1000,
  };
  position.log.push(entry);
  if (options.directory) appendLog(options.directory, entry);
  await options.onLog?.(entry);
}

/** Validates, keeps the epoch if it is the best so far, saves; true when it is time to stop early. */
async function endEpoch<Batch>(run: Run<Batch>): Promise<boolean> {
  const { options, position } = run;
  await logTraining(run);
  const scores = await options.validate?.();
  if (scores) await addToLog(run, "validation", scores);
  if (scores && options.monitor && isBetter(scores, position.best, options.monitor)) {
    position.best = scores;
    position.bestEpoch = position.epoch;
    run.best = storeParams(options.params);
  }
  position.epoch++;
  position.batch = 0;
  await save(run);
  const waited = position.epoch - 1 - position.bestEpoch;
  return options.monitor !== undefined && options.patience !== undefined && waited >= options.patience;
}

function isBetter(
  scores: Scores,
  best: Scores,
  { score, better }: { score: string; better: "lower" | "higher" },
) {
  if (!(score in scores)) {
    throw modelError(`Cannot choose an epoch by "${score}": validation gives ${Object.keys(scores)}`);
  }
  if (!(score in best)) return true;
  return better === "lower" ? scores[score] < best[score] : scores[score] > best[score];
}

async function save<Batch>(run: Run<Batch>): Promise<void> {
  const { options, optimiser, position } = run;
  if (!options.directory) return;
  const { first, second } = optimiser.state();
  const tensors = new Map([
    ...addPrefix(storeParams(options.params), "params"),
    ...addPrefix(stored(first), "first"),
    ...addPrefix(stored(second), "second"),
    ...addPrefix(run.best ?? new Map<string, StoredTensor>(), "best"),
  ]);
  await settleBackend(); // before the numbers are kept
  await saveRun(options.directory, { position, tensors }, fingerprint(options));
  run.saved = position.step;
}

const stored = (moments: Map<string, Float32Array>) =>
  new Map(
    [...moments].map((
      [name, data],
    ): [string, StoredTensor] => [name, { dtype: "F32", shape: [data.length], data }]),
  );
