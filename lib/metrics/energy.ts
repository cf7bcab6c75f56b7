import { distance, type Table } from "../matrix/mod.ts";

/**
 * The energy distance of two samples (Szekely and Rizzo 2013), 2 E|x - y| - E|x - x'| - E|y - y'| with Euclidean
 * norms and the unbiased means within a sample (x is not its own partner), so that two samples of one distribution have 0 on average.
 *
 * @throws {RangeError} when a sample has fewer than two points or the dimensions differ.
 */
export function energyDistance(x: Table, y: Table): number {
  if (x.cols !== y.cols || x.rows < 2 || y.rows < 2) {
    throw new RangeError(
      `Cannot compare ${x.rows} points of ${x.cols} values with ${y.rows} of ${y.cols}: at least two each, of one size`,
    );
  }
  return 2 * meanBetween(x, y) - meanWithin(x) - meanWithin(y);
}

function meanBetween(x: Table, y: Table): number {
  let sum = 0;
  for (let i = 0; i < x.rows; i++) for (let j = 0; j < y.rows; j++) sum += distance(x, i, { of: y, row: j });
  return sum / (x.rows * y.rows);
}

function meanWithin(x: Table): number {
  let sum = 0;
  for (let i = 1; i < x.rows; i++) for (let j = 0; j < i; j++) sum += distance(x, i, { of: x, row: j });
  return sum / (x.rows * (x.rows - 1) / 2);
}
