import type * as tf from "../tensor/mod.ts";
import type { ParamTree, TrainingMode } from "../nn/mod.ts";
import type { Schedule } from "./schedule.ts";

/** Numbers by name, snake_case. */
export type Scores = Record<string, number>;

/** One line of the training log. */
export interface LogEntry {
  readonly epoch: number;
  /** Optimiser steps done. */
  readonly step: number;
  readonly kind: "train" | "validation";
  readonly scores: Scores;
  readonly learning_rate?: number;
  readonly seconds: number;
}

/** The gradients of a batch's loss by parameter name, with the loss and its parts. */
export interface BatchGradients {
  readonly gradients: Map<string, tf.Tensor>;
  readonly scores: Scores;
}

/** Position of a batch in a run: its randomness is drawn from this. */
export interface BatchPlace {
  readonly seed: number;
  readonly epoch: number;
  /** Number of the batch in its epoch, from 1. */
  readonly batch: number;
}

/**
 * Sums gradients over those who share a batch (DESIGN section 7): the workers of one machine, or later several
 * machines. Without one, a process computes the whole batch itself.
 */
export interface Reducer<Batch> {
  /**
   * Gradients and scores of the whole batch.
   *
   * @param options.own computes those of the part that stays here
   */
  reduce(
    batch: Batch,
    options: { place: BatchPlace; own: (part: Batch) => BatchGradients },
  ): Promise<BatchGradients>;
}

/** Everything that fixes a training run. */
export interface TrainingOptions<Batch> {
  readonly params: ParamTree;
  /** True for parameters that learn, by name. Default: all. */
  readonly trainable?: (name: string) => boolean;
  /** True for parameters that decay, by name. Default: all. */
  readonly decays?: (name: string) => boolean;
  readonly loss: (
    batch: Batch,
    training: TrainingMode,
  ) => { total: tf.Scalar; parts: Record<string, tf.Scalar> };
  /** The batches of an epoch (from 0); the same epoch must give the same batches, or a resumed run differs. */
  readonly batches: (epoch: number) => Iterable<Batch> | AsyncIterable<Batch>;
  /** Scores on held-out data, after each epoch. */
  readonly validate?: () => Scores | Promise<Scores>;
  /** The validation score that picks the kept epoch, and its better direction. */
  readonly monitor?: { readonly score: string; readonly better: "lower" | "higher" };
  readonly epochs: number;
  /** Epochs without a better score before stopping early. Default: never. */
  readonly patience?: number;
  readonly schedule: Schedule;
  readonly weightDecay?: number;
  /** Largest global norm of the gradient. Default 1. */
  readonly clip?: number;
  /** Batches whose gradients are averaged into one step. Default 1. */
  readonly accumulate?: number;
  readonly seed: number;
  /** Identity of the batches: training continues from a saved state only if it has the same. Default: not checked. */
  readonly identity?: string;
  /** Folder for the log and the resumable state; without it nothing is written. */
  readonly directory?: string;
  /** Optimiser steps between resumable states, beside one after each epoch. Default 200. */
  readonly saveEvery?: number;
  /** Shares the batches among workers. Default: this thread alone. */
  readonly reducer?: Reducer<Batch>;
  readonly onLog?: (entry: LogEntry) => void | Promise<void>;
  /** Called after every optimiser step. */
  readonly onStep?: (progress: { epoch: number; step: number; loss: number }) => void | Promise<void>;
  /** Stops the run after the current step, with its state saved. */
  readonly signal?: AbortSignal;
}

/** Outcome of a training run. The parameters hold the best epoch's values if there is a monitor. */
export interface TrainingResult {
  readonly log: readonly LogEntry[];
  readonly steps: number;
  readonly bestEpoch: number;
  readonly best: Scores;
  readonly stopped: "finished" | "early" | "aborted";
}
