/** A learning rate that rises linearly and then falls along half a cosine. */
export interface Schedule {
  /** Highest learning rate. */
  readonly peak: number;
  /** Optimiser steps of the rise. */
  readonly warmup: number;
  /** Optimiser steps in all. */
  readonly total: number;
  /** Learning rate at the end, as a share of the peak. Default 0.05. */
  readonly floor?: number;
}

/** The learning rate of optimiser step `step` (from 0). */
export function learningRate(step: number, { peak, warmup, total, floor = 0.05 }: Schedule): number {
  if (step < warmup) return peak * (step + 1) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
