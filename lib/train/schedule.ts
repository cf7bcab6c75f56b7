/** A learning rate that rises linearly and then falls along half a cosine. */
export interface CosineSchedule {
  /** Highest learning rate. */
  readonly peak: number;
  /** Optimiser steps of the rise. */
  readonly warmup: number;
  /** Optimiser steps in all. */
  readonly total: number;
  /** Learning rate at the end, as a share of the peak. Default 0.05. */
  readonly floor?: number;
}

/** A learning rate that is multiplied by `factor` after every so many steps (PyTorch's StepLR). */
export interface StepSchedule {
  readonly peak: number;
  /** Optimiser steps between two changes. */
  readonly every: number;
  readonly factor: number;
}

export type Schedule = CosineSchedule | StepSchedule;

/** The learning rate of optimiser step `step` (from 0). */
export function learningRate(step: number, schedule: Schedule): number {
  if ("factor" in schedule) return schedule.peak * schedule.factor ** Math.floor(step / schedule.every);
  const { peak, warmup, total, floor = 0.05 } = schedule;
  if (step < warmup) return peak * (step + 1) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
