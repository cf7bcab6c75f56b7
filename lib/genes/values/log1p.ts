import type { CellSource } from "../../data/mod.ts";
import type { CsrMatrix } from "../../matrix/mod.ts";
import { dataError } from "../../runtime/mod.ts";
import { restoreCell } from "./cell.ts";
import { badValueError, findBad } from "./check.ts";
import type { DetectedValues, Plan, ValueKind } from "./kinds.ts";
import { SINGLE_PRECISION } from "./precision.ts";

/** Options for converting values to log1p. */
export interface Log1pOptions {
  /** Target sum of each cell before the logarithm. Default 1e4. */
  readonly targetSum?: number;
}

/** Amounts as they are: counts, and what is in proportion to them. */
const AMOUNTS: Plan = { undo: "none", whole: false, floor: false, precision: SINGLE_PRECISION };

/**
 * Values as log1p of size-normalised amounts: `log(1 + x * targetSum / sum)` of each cell. With what
 * {@linkcode detectValues} found, logarithms, roots and factors are undone cell by cell first, so that cells that
 * were counts once give the same values whatever was done to them in between. A kind alone says less: counts and
 * size-normalised values are scaled and take the logarithm, log1p values stay as they are. `matrix` is not changed.
 *
 * @throws {KcellfmError} tag "data", for scaled values, which have no way back.
 */
export function toLog1p(
  matrix: CsrMatrix,
  values: ValueKind | DetectedValues,
  { targetSum = 1e4 }: Log1pOptions = {},
): CsrMatrix {
  const { kind, plan } = typeof values === "string" ? { kind: values, plan: undefined } : values;
  if (kind === "scaled") {
    throw dataError("Cannot normalise scaled values: read raw or a layer that holds counts or log1p values");
  }
  if (!plan && kind === "log1p") return matrix;
  return normaliseRows(matrix, plan ?? AMOUNTS, targetSum);
}

/**
 * Rows [start, end) of a file by {@linkcode toLog1p}.
 *
 * @throws {KcellfmError} tag "data", naming row and gene of a value that is negative or no finite number.
 */
export function readLog1p(
  source: CellSource,
  values: ValueKind | DetectedValues,
  { start, end, targetSum }: Log1pOptions & { readonly start: number; readonly end: number },
): CsrMatrix {
  const matrix = source.rows(start, end);
  const signed = isSigned(values);
  for (let row = 0; row < matrix.rows; row++) {
    const [from, to] = [matrix.indptr[row], matrix.indptr[row + 1]];
    const cell = {
      row: start + row,
      values: matrix.data.subarray(from, to),
      columns: matrix.indices.subarray(from, to),
    };
    const bad = findBad(cell, { signed });
    if (bad) throw badValueError(bad, source);
  }
  return toLog1p(matrix, values, { targetSum });
}

/** Values that may be negative: those above a floor, and those that are taken as they are. */
const isSigned = (values: ValueKind | DetectedValues): boolean =>
  typeof values === "string" ? values === "log1p" : values.plan ? values.plan.floor : values.kind === "log1p";

function normaliseRows(matrix: CsrMatrix, plan: Plan, targetSum: number): CsrMatrix {
  const data = new Float32Array(matrix.data.length);
  for (let row = 0; row < matrix.rows; row++) {
    const [from, to] = [matrix.indptr[row], matrix.indptr[row + 1]];
    normaliseCell(matrix.data.subarray(from, to), data.subarray(from, to), { plan, targetSum });
  }
  return plan.floor ? withoutZeros({ ...matrix, data }) : { ...matrix, data };
}

function normaliseCell(
  values: Float32Array,
  into: Float32Array,
  { plan, targetSum }: { plan: Plan; targetSum: number },
): void {
  const stored = values.includes(0) && !plan.floor ? values.filter((value) => value !== 0) : values;
  const { amounts } = restoreCell(stored, plan);
  const sum = amounts.reduce((a, b) => a + b, 0);
  const factor = sum > 0 ? targetSum / sum : 0;
  for (let i = 0, k = 0; i < values.length; i++) {
    const isThere = stored === values || values[i] !== 0;
    into[i] = isThere ? Math.log1p(amounts[k++] * factor) : 0;
  }
}

/** The matrix with its stored zeros dropped. */
function withoutZeros({ rows, cols, indptr, indices, data }: CsrMatrix): CsrMatrix {
  const ends = new Int32Array(rows + 1);
  const kept = { indices: new Int32Array(data.length), data: new Float32Array(data.length) };
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let k = indptr[row]; k < indptr[row + 1]; k++) {
      if (data[k] === 0) continue;
      kept.indices[at] = indices[k];
      kept.data[at++] = data[k];
    }
    ends[row + 1] = at;
  }
  return { rows, cols, indptr: ends, indices: kept.indices.subarray(0, at), data: kept.data.subarray(0, at) };
}
