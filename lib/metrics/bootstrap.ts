import { mean, quantileSorted } from "simple-statistics";
import type { Rng } from "../runtime/mod.ts";

/** A mean with its interval. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Options for drawing an interval. */
export interface BootstrapOptions {
  readonly rng: Rng;
  /** Default 1,000. */
  readonly draws?: number;
  /** Share of draws inside; default 0.95. */
  readonly level?: number;
}

/**
 * The percentile interval of a mean: the same number of values is drawn with replacement, and the mean taken, many times
 * (Efron 1979).
 *
 * @throws {RangeError} when there is no value.
 */
export function bootstrapMean(
  values: ArrayLike<number>,
  { rng, draws = 1000, level = 0.95 }: BootstrapOptions,
): Interval {
  if (values.length === 0) throw new RangeError("Cannot draw an interval of no values");
  const stream = rng.split("bootstrap");
  const means = Float64Array.from({ length: draws }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[stream.int(values.length)];
    return sum / values.length;
  }).sort();
  const sorted = Array.from(means);
  const tail = (1 - level) / 2;
  return {
    mean: mean(Array.from(values)),
    low: quantileSorted(sorted, tail),
    high: quantileSorted(sorted, 1 - tail),
  };
}
