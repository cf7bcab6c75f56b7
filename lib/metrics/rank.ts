import { sampleCorrelation } from "simple-statistics";

/** Ranks 1..n of `values`; ties share the mean of their ranks. */
export function averageRanks(values: ArrayLike<number>): number[] {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + end + 1) / 2;
  }
  return ranks;
}

/**
 * Spearman's rho: Pearson's correlation of the average ranks, which is right with ties too (the shortcut
 * 1 - 6 sum d^2 / (n^3 - n) is not). NaN where one list is constant, as scipy answers.
 *
 * @throws {RangeError} when the lists differ in length or hold fewer than two values.
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  requireSameLength(x, y);
  return sampleCorrelation(averageRanks(x), averageRanks(y));
}

/** Pearson's correlation. @throws {RangeError} as {@linkcode spearman}. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  requireSameLength(x, y);
  return sampleCorrelation(Array.from(x), Array.from(y));
}

/**
 * The area under the ROC curve = the chance that a positive scores above a negative, ties counting half
 * (Mann-Whitney's U over the number of pairs).
 *
 * @param positive - true for the cases that should score high
 * @throws {RangeError} when one of the two groups is empty.
 */
export function auroc(positive: ArrayLike<boolean>, scores: ArrayLike<number>): number {
  const ranks = averageRanks(scores);
  let count = 0;
  let rankSum = 0;
  for (let i = 0; i < ranks.length; i++) {
    if (!positive[i]) continue;
    count++;
    rankSum += ranks[i];
  }
  const others = ranks.length - count;
  if (count === 0 || others === 0) {
    throw new RangeError(
      `Cannot compute AUROC: it needs both groups, got ${count} positive and ${others} negative`,
    );
  }
  return (rankSum - count * (count + 1) / 2) / (count * others);
}

function requireSameLength(x: ArrayLike<number>, y: ArrayLike<number>): void {
  if (x.length === y.length && x.length >= 2) return;
  throw new RangeError(
    `Cannot correlate ${x.length} with ${y.length} values: expected the same number of each, at least two`,
  );
}
