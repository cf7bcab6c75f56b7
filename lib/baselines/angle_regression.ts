import { requireColumns, requireTable } from "./labels.ts";
import { type Evaluation, minimise } from "./lbfgs.ts";
import { measureScaling, standardise, type Table, takeRows } from "../matrix/mod.ts";

/** A fitted regression of angles. */
export interface AngleRegression {
  /** The chosen penalty. */
  readonly penalty: number;
  /** Angles in (-pi, pi], one a row. */
  predict(table: Table): Float32Array;
}

/** Penalties that are tried, strongest first; 1 holds a weight back as much as one standard deviation fits it. */
const PENALTIES = [10, 3, 1, 0.3, 0.1, 0.03, 0.01];

/**
 * Ridge regression of the cosine and the sine of an angle on standardised features; the answer is the angle of the
 * predicted point. The penalty is the one of the least mean 1 - cos(error) on the validation rows; then all rows are fitted.
 *
 * @param angles radians, one a row
 * @param options.validation rows to choose by, at least one
 */
export function fitAngleRegression(
  table: Table,
  angles: ArrayLike<number>,
  { validation }: { validation: Int32Array },
): AngleRegression {
  requireTable(table);
  if (angles.length !== table.rows || validation.length === 0) {
    throw new RangeError(
      `Cannot fit ${table.rows} rows to ${angles.length} angles with ${validation.length} to validate: expected one angle per row and at least one row to validate`,
    );
  }
  const held = new Set(validation);
  const known = Array.from(angles, (_, row) => row).filter((row) => !held.has(row));
  const pick = (rows: ArrayLike<number>) => Array.from(rows, (row) => angles[row]);
  const [part, unseen, truth] = [takeRows(table, known), takeRows(table, validation), pick(validation)];
  const losses = PENALTIES.map((penalty) => {
    const called = fitOnce(part, pick(known), penalty)(unseen);
    return truth.reduce((sum, angle, i) => sum + 1 - Math.cos(angle - called[i]), 0);
  });
  const penalty = PENALTIES[losses.indexOf(Math.min(...losses))];
  return { penalty, predict: fitOnce(table, Array.from(angles), penalty) };
}

function fitOnce(
  raw: Table,
  angles: readonly number[],
  penalty: number,
): (table: Table) => Float32Array {
  const scaling = measureScaling(raw);
  const x = standardise(raw, scaling);
  const cosine = solve(x, angles.map(Math.cos), penalty);
  const sine = solve(x, angles.map(Math.sin), penalty);
  return (query) => {
    requireColumns(query, raw.cols);
    const scaled = standardise(query, scaling);
    const [a, b] = [products(scaled, cosine), products(scaled, sine)];
    return Float32Array.from(a, (value, row) => Math.atan2(b[row], value));
  };
}

/** Minimises mean (y - x w - b)^2 / 2 + penalty ||w||^2 / 2; the intercept b is the last entry. */
function solve(x: Table, y: readonly number[], penalty: number): Float64Array {
  const evaluate = (point: Float64Array): Evaluation => {
    const errors = products(x, point).map((value, row) => value - y[row]);
    const gradient = new Float64Array(x.cols + 1);
    let value = 0;
    errors.forEach((error, row) => {
      value += error ** 2 / (2 * x.rows);
      gradient[x.cols] += error / x.rows;
      for (let j = 0; j < x.cols; j++) gradient[j] += error * x.data[row * x.cols + j] / x.rows;
    });
    for (let j = 0; j < x.cols; j++) {
      value += penalty * point[j] ** 2 / 2;
      gradient[j] += penalty * point[j];
    }
    return { value, gradient };
  };
  return minimise(new Float64Array(x.cols + 1), evaluate, { tolerance: 1e-5 });
}

function products({ data, rows, cols }: Table, weights: Float64Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = weights[cols];
    for (let j = 0; j < cols; j++) sum += data[row * cols + j] * weights[j];
    return sum;
  });
}
