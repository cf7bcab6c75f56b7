import { dataError } from "../runtime/mod.ts";
import type { CellSource } from "../data/mod.ts";
import type { CsrMatrix } from "../matrix/mod.ts";

/** What the values of a matrix are. */
export const VALUE_KINDS = ["counts", "size_normalised", "log1p", "scaled"] as const;
export type ValueKind = typeof VALUE_KINDS[number];

/** What a matrix was found to hold, and the one sentence that says how one knows. */
export interface DetectedValues {
  readonly kind: ValueKind;
  readonly evidence: string;
  /** What every cell sums to before the logarithm, where it is the same for all. */
  readonly total?: number;
  /** The base of the logarithm of log1p values, where it shows; e otherwise. */
  readonly logBase?: 2 | 10;
}

/** How to look. */
export interface DetectOptions {
  /** What the caller was told; an error where the values contradict it. */
  readonly expect?: ValueKind;
  /** Cells to look at, spread over the file. Default 256. */
  readonly sample?: number;
}

/** Largest plausible logarithm of an expression value: log2 of 2^25 counts. */
const MAX_LOG = 25;
/** Row sums that vary less than this (standard deviation over mean) are one number up to float32 rounding. */
const CONSTANT = 0.01;

/**
 * Says whether a matrix holds raw counts, size-normalised values, their log1p, or scaled values, from a sample of
 * cells: negative values mean scaled; integers mean counts; row sums (or the sums of their expm1) that do not vary
 * mean size-normalised (or log1p).
 *
 * @throws {KcellfmError} tag "data", when the values contradict `expect`, or none is stored.
 */
export function detectValues(
  source: CellSource,
  { expect, sample = 256 }: DetectOptions = {},
): DetectedValues {
  if (source.nObs === 0) {
    throw dataError(`Cannot use ${source.name}: it has no cells; give a file with at least one`);
  }
  const stats = summarise(source, sample);
  if (stats.cells === 0) {
    throw dataError(
      `Cannot use ${source.name}: all of its sampled values are zero; choose another matrix with --layer or --use-raw`,
    );
  }
  if (expect === undefined) return decide(stats);
  const problem = contradiction(stats, expect);
  if (problem) {
    throw dataError(
      `Cannot read ${source.name} as ${expect}: ${problem}; it looks like ${decide(stats).kind} ` +
        `(choose another layer or raw, or name the right kind)`,
    );
  }
  const found = decide(stats);
  return found.kind === expect ? found : { kind: expect, evidence: `as asked (it looks like ${found.kind})` };
}

interface Stats {
  readonly cells: number;
  readonly min: number;
  readonly max: number;
  /** Fraction of stored non-zero values that are integers. */
  readonly integers: number;
  /** Fraction of cells whose smallest value is 1 (to 2 %). */
  readonly startAtOne: number;
  /** Fraction of values that are whole multiples of their cell's smallest (to 0.1 %). */
  readonly multiples: number;
  readonly sums: Spread;
  readonly unlogged: Readonly<Record<2 | 10 | "e", Spread>>;
}

interface Spread {
  readonly mean: number;
  /** Standard deviation over mean. */
  readonly variation: number;
}

function decide(stats: Stats): DetectedValues {
  const { min, max, integers, sums } = stats;
  if (!Number.isFinite(min + max)) return { kind: "scaled", evidence: "some values are not finite numbers" };
  if (min < 0) return { kind: "scaled", evidence: `there are negative values (down to ${short(min)})` };
  if (integers === 1) return { kind: "counts", evidence: `all values are integers (up to ${short(max)})` };
  const log = max <= MAX_LOG ? loggedBase(stats) : null;
  if (log) return log;
  if (sums.variation < CONSTANT) {
    return {
      kind: "size_normalised",
      total: sums.mean,
      evidence: `every cell sums to ${short(sums.mean)}, values are not integers`,
    };
  }
  if (stats.startAtOne > 0.5) return estimatedCounts(stats);
  if (max <= 1) return { kind: "scaled", evidence: "all values lie between 0 and 1" };
  if (max <= MAX_LOG) return { kind: "log1p", evidence: `values are not integers and at most ${short(max)}` };
  return unloggedKind(stats);
}

function estimatedCounts({ integers, max }: Stats): DetectedValues {
  const share = `${Math.round(100 * integers)} % of the values are integers`;
  return { kind: "counts", evidence: `most cells' smallest value is 1 and ${share} (up to ${short(max)})` };
}

function unloggedKind({ multiples, max, sums }: Stats): DetectedValues {
  if (multiples > 0.9) {
    return {
      kind: "size_normalised",
      evidence: `values up to ${short(max)} are whole multiples of each cell's smallest, which is not 1`,
    };
  }
  const varies = `cell sums vary by ${Math.round(100 * sums.variation)} %`;
  return {
    kind: "counts",
    evidence: `values up to ${short(max)} are too large for logarithms and ${varies}`,
  };
}

function loggedBase({ unlogged, max }: Stats): DetectedValues | null {
  for (const base of ["e", 2, 10] as const) {
    const { mean, variation } = unlogged[base];
    if (variation >= CONSTANT) continue;
    return {
      kind: "log1p",
      total: mean,
      ...(base !== "e" && { logBase: base }),
      evidence: `${base}^x - 1 sums to ${short(mean)} in every cell (values up to ${short(max)})`,
    };
  }
  // On a subset of the genes no sum is constant, but the wrong base is off by far more than the right one.
  if (unlogged[2].variation < 0.15 && unlogged[2].variation < unlogged.e.variation / 3) {
    return { kind: "log1p", logBase: 2, evidence: `2^x - 1 has nearly the same sum in every cell` };
  }
  return null;
}

function contradiction({ min, max, integers, startAtOne }: Stats, expect: ValueKind): string | null {
  if (expect === "scaled") return null;
  if (min < 0) return `it holds negative values (down to ${short(min)})`;
  if (!Number.isFinite(min + max)) return "it holds values that are not finite numbers";
  if (expect === "counts" && integers < 0.5 && startAtOne < 0.5 && max <= MAX_LOG) {
    return `only ${Math.round(100 * integers)} % of its values are integers and none is above ${short(max)}`;
  }
  if (expect === "log1p" && max > MAX_LOG) {
    return `its largest value is ${short(max)}, too large for a logarithm`;
  }
  return null;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

function summarise(source: CellSource, sample: number): Stats {
  let [min, max, values, integers, multiples, cells, startAtOne] = [Infinity, -Infinity, 0, 0, 0, 0, 0];
  const sums: number[] = [];
  const unlogged: Record<2 | 10 | "e", number[]> = { 2: [], 10: [], e: [] };
  for (const row of sampledRows(source, sample)) {
    if (row.length === 0) continue;
    let [smallest, sum, sum2, sum10, sumE] = [Infinity, 0, 0, 0, 0];
    for (const value of row) {
      if (value > 0 && value < smallest) smallest = value;
      min = Math.min(min, value);
      max = Math.max(max, value);
      if (Number.isInteger(value)) integers++;
      sum += value;
      sum2 += 2 ** value - 1;
      sum10 += 10 ** value - 1;
      sumE += Math.expm1(value);
    }
    values += row.length;
    cells++;
    if (Math.abs(smallest - 1) < 0.02) startAtOne++;
    for (const value of row) {
      if (Math.abs(value / smallest - Math.round(value / smallest)) < 1e-3) multiples++;
    }
    sums.push(sum);
    unlogged[2].push(sum2);
    unlogged[10].push(sum10);
    unlogged.e.push(sumE);
  }
  return {
    cells,
    min,
    max,
    integers: integers / values,
    startAtOne: startAtOne / cells,
    multiples: multiples / values,
    sums: spread(sums),
    unlogged: { 2: spread(unlogged[2]), 10: spread(unlogged[10]), e: spread(unlogged.e) },
  };
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variation: values.length > 1 ? Math.sqrt(variance) / Math.abs(mean) : Infinity };
}

/** Non-zero values of sampled cells, in blocks of neighbours spread evenly over the file. */
function* sampledRows(source: CellSource, sample: number): Iterable<Float32Array> {
  const block = Math.min(32, source.nObs);
  const blocks = Math.max(1, Math.min(Math.ceil(sample / block), Math.floor(source.nObs / block)));
  for (let b = 0; b < blocks; b++) {
    const start = blocks === 1 ? 0 : Math.floor(b * (source.nObs - block) / (blocks - 1));
    const { rows, indptr, data } = source.rows(start, start + block);
    for (let row = 0; row < rows; row++) {
      const values = data.subarray(indptr[row], indptr[row + 1]);
      yield values.includes(0) ? values.filter((value) => value !== 0) : values;
    }
  }
}

/** What is not known of values whose kind alone was named. */
const UNKNOWN = { total: undefined, logBase: undefined };

/** How to bring values to log1p. */
export interface Log1pOptions {
  /** What each cell sums to before the logarithm. Default 1e4. */
  readonly targetSum?: number;
}

/**
 * Values as log1p of size-normalised counts: `log(1 + x * targetSum / sum)` of each cell. Nothing is normalised
 * twice: size-normalised values only take the logarithm, log1p values stay as they are. Given what
 * {@linkcode detectValues} found rather than the kind alone, logarithms of another base are brought to base e, and
 * cells that all sum to the same (counts per million) are brought to `targetSum` by that one factor. `matrix` itself
 * is not changed.
 *
 * @throws {KcellfmError} tag "data", for scaled values, which have no way back.
 */
export function toLog1p(
  matrix: CsrMatrix,
  values: ValueKind | DetectedValues,
  { targetSum = 1e4 }: Log1pOptions = {},
): CsrMatrix {
  const { kind, total, logBase } = typeof values === "string" ? { kind: values, ...UNKNOWN } : values;
  const data = matrix.data.slice();
  const factor = total && Math.abs(total / targetSum - 1) > CONSTANT ? targetSum / total : 1;
  switch (kind) {
    case "counts":
      logNormalise(matrix, data, targetSum);
      break;
    case "size_normalised":
      for (let k = 0; k < data.length; k++) data[k] = Math.log1p(data[k] * factor);
      break;
    case "log1p":
      rebase(data, { factor, scale: logBase ? Math.log(logBase) : 1 });
      break;
    case "scaled":
      throw dataError(
        "Cannot normalise scaled values: read raw or a layer that holds counts or log1p values",
      );
  }
  return { ...matrix, data };
}

function logNormalise({ rows, indptr }: CsrMatrix, data: Float32Array, targetSum: number): void {
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = indptr[row]; k < indptr[row + 1]; k++) sum += data[k];
    const factor = sum > 0 ? targetSum / sum : 0;
    for (let k = indptr[row]; k < indptr[row + 1]; k++) data[k] = Math.log1p(data[k] * factor);
  }
}

function rebase(data: Float32Array, { factor, scale }: { factor: number; scale: number }): void {
  if (scale !== 1) { for (let k = 0; k < data.length; k++) data[k] *= scale; }
  if (factor !== 1) {
    for (let k = 0; k < data.length; k++) {
      data[k] = Math.log1p(Math.expm1(data[k]) * factor);
    }
  }
}
