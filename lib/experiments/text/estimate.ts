import * as tf from "../../tensor/mod.ts";
import { flattenParams } from "../../nn/mod.ts";
import { createRng } from "../../runtime/mod.ts";
import { accumulatedBatches, drawBatches, textLoss } from "../../text/mod.ts";
import { learns } from "./run.ts";
import type { TextRun } from "./sets.ts";

/** Estimated cost of a training. */
export interface TextEstimate {
  readonly parameters: number;
  /** Those that learn. */
  readonly learning: number;
  readonly steps: number;
  /** Triples of the measured micro-batch, and the seconds that it took forward and backward. */
  readonly triples: number;
  readonly seconds: number;
  /** For all steps, from that micro-batch; the optimiser's few per cent come on top. */
  readonly totalSeconds: number;
  /** At most, in MB (10^6 bytes). */
  readonly memoryMb: number;
}

/**
 * Estimated cost of a training run here, as busy as the machine is now. Time is that of the second micro-batch, memory
 * what the process holds after it, plus what the optimiser keeps (two moments, a gradient and its clipped copy of each
 * parameter that learns) and what saving the run needs (its state, twice).
 */
export function estimateText(run: TextRun): TextEstimate {
  const { training, steps, model, examples, settings } = run;
  const params = flattenParams(model.params);
  const learning = new Map([...params].filter(([name]) => learns(training)(name)));
  const [parameters, learned] = [params, learning].map((those) =>
    [...those.values()].reduce((sum, { size }) => sum + size, 0)
  );
  const batches = drawBatches(examples, training, createRng(settings.seed).split("estimate"));
  const measured = [batches.next(), batches.next()].flatMap(({ value, done }) => done ? [] : [value]);
  const times = measured.map((batch) =>
    secondsOf(() => {
      const options = { config: model.config, training: { rng: createRng(0) }, weights: training.weights };
      const loss = () => textLoss(model.params, batch, options).total;
      const { value, grads } = tf.variableGrads(loss, [...learning.values()]);
      value.dataSync();
      tf.dispose([value, ...Object.values(grads)]);
    })
  );
  const seconds = times[times.length - 1];
  const state = 4 * (parameters + 2 * learned);
  return {
    parameters,
    learning: learned,
    steps,
    triples: measured[measured.length - 1].heads.length,
    seconds,
    totalSeconds: seconds * steps * accumulatedBatches(training),
    memoryMb: Math.ceil((Deno.memoryUsage().rss + 4 * 4 * learned + 2 * state) / 1e6),
  };
}

function secondsOf(work: () => void): number {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}

/** An estimate as one line. */
export function describeEstimate(estimate: TextEstimate): string {
  const { parameters, learning, steps, triples, seconds, totalSeconds, memoryMb } = estimate;
  const millions = (n: number) => `${(n / 1e6).toFixed(1)} M`;
  return `Training ${millions(learning)} of ${
    millions(parameters)
  } parameters in ${steps} steps: at most about ` +
    `${(memoryMb / 1000).toFixed(1)} GB of memory and, as busy as this machine is now, ${
      duration(totalSeconds)
    } ` +
    `(measured: ${triples} triples in ${seconds.toFixed(2)} s)`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} hours`;
}
