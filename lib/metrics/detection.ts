/**
 * The area under the precision-recall curve as average precision, sum over thresholds of (R_n - R_{n-1}) P_n, equal
 * scores being one threshold (scikit-learn's `average_precision_score`). Chance is the share of positives.
 *
 * @param positive true for the cases that should score high: cells of a type that could not be called
 * @throws {RangeError} when positives or negatives are missing, as every metric of this file.
 */
export function averagePrecision(positive: ArrayLike<boolean>, scores: ArrayLike<number>): number {
  const { steps, positives } = sweep(positive, scores);
  let [area, recall] = [0, 0];
  for (const { hits, alarms } of steps) {
    const reached = hits / positives;
    area += (reached - recall) * hits / (hits + alarms);
    recall = reached;
  }
  return area;
}

/**
 * The share of negatives above the highest threshold that at least `recall` of the positives reach (Hendrycks and
 * Gimpel 2017): known cells taken for novel so that 95 % of the novel ones are found. Chance is `recall`.
 */
export function falsePositiveRate(
  positive: ArrayLike<boolean>,
  scores: ArrayLike<number>,
  { recall = 0.95 } = {},
): number {
  const { steps, positives, negatives } = sweep(positive, scores);
  const reached = steps.find(({ hits }) => hits / positives >= recall) ?? steps[steps.length - 1];
  return reached.alarms / negatives;
}

/**
 * The harmonic mean of the accuracy on cells of seen types and the share of cells of unseen types that were detected (Fu
 * et al. 2020): high only where both are. A cell of a seen type that was called unknown is wrong.
 */
export const hScore = ({ seen, unseen }: { seen: number; unseen: number }): number =>
  seen + unseen === 0 ? 0 : 2 * seen * unseen / (seen + unseen);

/** Positives and negatives at or above each distinct score, the highest first. */
function sweep(positive: ArrayLike<boolean>, scores: ArrayLike<number>) {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  const steps: { hits: number; alarms: number }[] = [];
  let [hits, alarms] = [0, 0];
  order.forEach((i, rank) => {
    if (positive[i]) hits++;
    else alarms++;
    if (scores[order[rank + 1]] !== scores[i]) steps.push({ hits, alarms });
  });
  if (hits > 0 && alarms > 0 && positive.length === scores.length) {
    return { steps, positives: hits, negatives: alarms };
  }
  throw new RangeError(
    `Cannot score a detection: it needs both groups and a score for each case, got ${hits} positive and ${alarms} negative ` +
      `(${positive.length} cases, ${scores.length} scores)`,
  );
}
