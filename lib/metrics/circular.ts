/** Angles in radians, of any number of turns. */
type Angles = ArrayLike<number>;

/** The smallest turn from one angle to another, in [0, pi]. */
export function angleBetween(a: number, b: number): number {
  const turn = 2 * Math.PI;
  const apart = Math.abs(a - b) % turn;
  return Math.min(apart, turn - apart);
}

/**
 * Mean of the smallest turns between true and predicted angles, in [0, pi]; pi / 2 for a guess.
 *
 * @throws {RangeError} when the lists are empty or differ in length (as every metric of this file).
 */
export function meanAngleError(truth: Angles, predicted: Angles): number {
  requirePairs(truth, predicted);
  return sumOver(truth, (angle, i) => angleBetween(angle, predicted[i])) / truth.length;
}

/**
 * The circular correlation of Jammalamadaka and SenGupta (2001), in [-1, 1]: Pearson's of sin(a - mean a) and
 * sin(b - mean b).
 */
export function circularCorrelation(a: Angles, b: Angles): number {
  requirePairs(a, b);
  const [meanA, meanB] = [circularMean(a), circularMean(b)];
  const [x, y] = [Array.from(a, (v) => Math.sin(v - meanA)), Array.from(b, (v) => Math.sin(v - meanB))];
  const product = sumOver(x, (value, i) => value * y[i]);
  return product / Math.sqrt(sumOver(x, (value) => value ** 2) * sumOver(y, (value) => value ** 2));
}

/** The direction of the sum of unit vectors, in (-pi, pi]; `weights` default to one each. */
export function circularMean(angles: Angles, weights?: ArrayLike<number>): number {
  const weight = (i: number) => weights ? weights[i] : 1;
  return Math.atan2(
    sumOver(angles, (angle, i) => weight(i) * Math.sin(angle)),
    sumOver(angles, (angle, i) => weight(i) * Math.cos(angle)),
  );
}

function sumOver(values: Angles, of: (value: number, i: number) => number): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += of(values[i], i);
  return total;
}

function requirePairs(truth: Angles, predicted: Angles): void {
  if (truth.length > 0 && truth.length === predicted.length) return;
  throw new RangeError(
    `Cannot compare ${predicted.length} predicted angles with ${truth.length} true ones: expected the same number of each, at least one`,
  );
}
