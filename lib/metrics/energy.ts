/** Points of a space, one after the other. */
export interface PointCloud {
  readonly features: Float32Array;
  readonly rows: number;
  readonly cols: number;
}

/**
 * The energy distance of two samples (Szekely and Rizzo 2013), 2 E|x - y| - E|x - x'| - E|y - y'| with Euclidean
 * norms and the unbiased means within a sample (x is not its own partner), so that two samples of one distribution have 0 on average.
 *
 * @throws {RangeError} when a sample has fewer than two points or the dimensions differ.
 */
export function energyDistance(x: PointCloud, y: PointCloud): number {
  if (x.cols !== y.cols || x.rows < 2 || y.rows < 2) {
    throw new RangeError(
      `Cannot compare ${x.rows} points of ${x.cols} values with ${y.rows} of ${y.cols}: at least two each, of one size`,
    );
  }
  return 2 * meanBetween(x, y) - meanWithin(x) - meanWithin(y);
}

function meanBetween(x: PointCloud, y: PointCloud): number {
  let sum = 0;
  for (let i = 0; i < x.rows; i++) for (let j = 0; j < y.rows; j++) sum += distance(x, i, { of: y, at: j });
  return sum / (x.rows * y.rows);
}

function meanWithin(x: PointCloud): number {
  let sum = 0;
  for (let i = 1; i < x.rows; i++) for (let j = 0; j < i; j++) sum += distance(x, i, { of: x, at: j });
  return sum / (x.rows * (x.rows - 1) / 2);
}

function distance(x: PointCloud, row: number, { of, at }: { of: PointCloud; at: number }): number {
  const [a, b] = [row * x.cols, at * x.cols];
  let squares = 0;
  for (let k = 0; k < x.cols; k++) {
    const difference = x.features[a + k] - of.features[b + k];
    squares += difference * difference;
  }
  return Math.sqrt(squares);
}
