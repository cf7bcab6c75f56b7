import * as tf from "../tensor/mod.ts";
import * as kernels from "../kernels/mod.ts";
import type { TrainingMode } from "./dropout.ts";
import { constantParameter, type Vector } from "./init.ts";

/** Scale and shift of a batch norm, and the statistics that it uses outside training: `[width]` each. */
export type BatchNormParams = {
  readonly weight: Vector;
  readonly bias: Vector;
  readonly runningMean: Vector;
  readonly runningVariance: Vector;
};

/** BatchNorm's start: scale 1, shift 0, mean 0, variance 1. */
export function initBatchNorm(width: number): BatchNormParams {
  return {
    weight: constantParameter(1, [width]),
    bias: constantParameter(0, [width]),
    runningMean: constantParameter(0, [width]),
    runningVariance: constantParameter(1, [width]),
  };
}

/** True if an optimiser may update a parameter: not the statistics of a batch norm, which follow the batches. */
export const isLearnt = (name: string): boolean => !/(^|\.)running(Mean|Variance)$/.test(name);

/** The mode in which a batch norm reads its rows. */
export interface BatchRows {
  /** Given: normalise by the batch and remember its statistics. Absent: normalise by those remembered. */
  readonly training?: TrainingMode;
  /** Weight of each row, `[rows]`, summing to one; default: equal weights. */
  readonly shares?: tf.Tensor1D;
  /** Rows that x stands for, where equal ones were computed once; default: its own. */
  readonly count?: number;
}

/** Weight of a new batch in the running statistics, PyTorch's default. */
const MOMENTUM = 0.1;
const EPS = 1e-5;

/** `activation((x - mean) / sqrt(variance + eps) * weight + bias)` by columns (Ioffe and Szegedy 2015): x `[rows, width]`. */
export function batchNorm(
  params: BatchNormParams,
  x: tf.Tensor2D,
  { training, shares, count = x.shape[0], activation = "none" }: BatchRows & { activation?: "none" | "relu" },
): tf.Tensor2D {
  const { weight, bias, runningMean, runningVariance } = params;
  if (!training) {
    const scale = tf.mul(weight, tf.rsqrt(tf.add(runningVariance, EPS)));
    const moved = tf.add(tf.mul(tf.sub(x, runningMean), scale), bias) as tf.Tensor2D;
    return activation === "relu" ? tf.relu(moved) : moved;
  }
  const { out, mean, variance } = kernels.batchNorm(x, { weight, bias, shares, eps: EPS, activation });
  remember(runningMean, mean);
  remember(runningVariance, tf.mul(variance, count / Math.max(1, count - 1))); // unbiased, as in PyTorch
  return out;
}

function remember(running: Vector, batch: tf.Tensor): void {
  tf.tidy(() =>
    running.assign(tf.add(tf.mul(running, 1 - MOMENTUM), tf.mul(batch, MOMENTUM)) as tf.Tensor1D)
  );
}
