import * as tf from "../tensor/mod.ts";

/** Rows by columns of numbers, row after row: cells by genes, cells by the model's width, types by the width of text. */
export interface Table {
  /** `rows` x `cols` values. */
  readonly data: Float32Array;
  readonly rows: number;
  readonly cols: number;
}

/** The table of these values, `cols` a row. */
export const tableOf = (data: Float32Array, cols: number): Table => ({
  data,
  rows: data.length / cols,
  cols,
});

/** One row, sharing the table's memory. */
export const rowAt = ({ data, cols }: Table, row: number): Float32Array =>
  data.subarray(row * cols, (row + 1) * cols);

/** Rows [start, end), sharing the table's memory. */
export const tableRows = ({ data, cols }: Table, start: number, end: number): Table =>
  tableOf(data.subarray(start * cols, end * cols), cols);

/** The given rows, in their order. */
export function takeRows(table: Table, rows: ArrayLike<number>): Table {
  const data = new Float32Array(rows.length * table.cols);
  for (let i = 0; i < rows.length; i++) data.set(rowAt(table, rows[i]), i * table.cols);
  return { data, rows: rows.length, cols: table.cols };
}

/** The given columns, in their order. */
export function takeColumns({ data, rows, cols }: Table, columns: ArrayLike<number>): Table {
  const taken = new Float32Array(rows * columns.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let j = 0; j < columns.length; j++) taken[at++] = data[row * cols + columns[j]];
  }
  return { data: taken, rows, cols: columns.length };
}

/** Tables of one width, one below the other. */
export function stackTables(tables: readonly Table[], cols = tables[0].cols): Table {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const data = new Float32Array(rows * cols);
  let at = 0;
  for (const table of tables) {
    data.set(table.data, at);
    at += table.data.length;
  }
  return { data, rows, cols };
}

/** Rows scaled to length one; a row of zeros stays. */
export function unitRows(table: Table): Table {
  const unit = { ...table, data: table.data.slice() };
  for (let i = 0; i < unit.rows; i++) {
    const row = rowAt(unit, i);
    const length = Math.hypot(...row) || 1;
    for (let j = 0; j < row.length; j++) row[j] /= length;
  }
  return unit;
}

/** Rows that one product takes, so that its result stays small. */
const CHUNK = 4096;

/** Cosine of every row of `a` with every row of `b`: `[a.rows, b.rows]`; a row of zeros has cosine 0. */
export function cosines(a: Table, b: Table): Table {
  const to = tensorOf(unitRows(b));
  const unit = unitRows(a);
  const data = new Float32Array(a.rows * b.rows);
  for (let start = 0; start < a.rows; start += CHUNK) {
    const block = tableRows(unit, start, Math.min(start + CHUNK, a.rows));
    data.set(tf.tidy(() => tf.matMul(tensorOf(block), to, false, true).dataSync()), start * b.rows);
  }
  to.dispose();
  return { data, rows: a.rows, cols: b.rows };
}

/** A copy in the backend's memory; dispose it. */
export const tensorOf = ({ data, rows, cols }: Table): tf.Tensor2D => tf.tensor2d(data, [rows, cols]);

/** Euclidean distance of row i of `a` and row j of `b`. */
export function distance(a: Table, i: number, { of: b, row: j }: { of: Table; row: number }): number {
  let squares = 0;
  for (let k = 0, p = i * a.cols, q = j * b.cols; k < a.cols; k++) {
    squares += (a.data[p++] - b.data[q++]) ** 2;
  }
  return Math.sqrt(squares);
}

/** The inner product. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Cosine of the angle between two vectors; 0 where one has no length. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const lengths = Math.sqrt(dot(a, a) * dot(b, b));
  return lengths > 0 ? dot(a, b) / lengths : 0;
}

/** The vector at length one; a zero vector as it is. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? vector.map((value) => value / length) : vector;
}

/** The place of the largest value; the first one of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Softmax of each row of rows x `width` scores, in place. */
export function softmaxRows(scores: Float32Array, width: number): Float32Array {
  for (let start = 0; start < scores.length; start += width) {
    const row = scores.subarray(start, start + width);
    const top = row[argmax(row)];
    let total = 0;
    for (let k = 0; k < width; k++) total += row[k] = Math.exp(row[k] - top);
    for (let k = 0; k < width; k++) row[k] /= total;
  }
  return scores;
}

/** log(sum(exp)) of each row of rows x `width` scores. */
export const logSumExpRows = (scores: Float32Array, width: number): Float32Array =>
  Float32Array.from({ length: scores.length / width }, (_, row) => {
    const own = scores.subarray(row * width, (row + 1) * width);
    const top = own[argmax(own)];
    return top + Math.log(own.reduce((sum, score) => sum + Math.exp(score - top), 0));
  });
