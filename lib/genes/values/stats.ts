import { aboveFloor, bestWhole } from "./cell.ts";
import { type Precision, precisionOf } from "./precision.ts";
import type { SampledRow } from "./sample.ts";
import { amountOf, UNDO, type Undo } from "./undo.ts";
import type { Whole } from "./whole.ts";

/** Statistics of sampled cells. */
export interface Stats {
  /** Cells with a value. */
  readonly cells: readonly SampledRow[];
  readonly min: number;
  readonly max: number;
  /** Share of the values that are negative. */
  readonly negative: number;
  /** Share of the values that are integers. */
  readonly integers: number;
  /** Share of the values that lie within a tenth of an integer above zero. */
  readonly nearIntegers: number;
  /** All values of each cell are one number. */
  readonly even: boolean;
  readonly precision: Precision;
  /** The cells that are whole multiples, by their way back, and how many could have shown it. */
  readonly wholes: ReadonlyMap<Undo, readonly Whole[]>;
  readonly telling: number;
  /** Each cell's smallest value, which many of its genes have, stands for no count. */
  readonly floor: boolean;
}

/** Totals that vary less than this (standard deviation over mean) are one number up to rounding. */
export const CONSTANT = 0.01;
/** A cell tells something when it has a few values that differ. */
const TELLING_VALUES = 3;

/** Gathers what the decision needs: above a floor where cells have one and that makes them whole, else as they are. */
export function statsOf(cells: readonly SampledRow[], genes: number): Stats {
  const odd = cells.some(({ values }) => !values.every(Number.isInteger));
  const above = odd && cells.every(({ values }) => hasFloor(values, genes)) ? gather(cells, true) : null;
  return above && above.wholes.size > 0 ? above : gather(cells, false);
}

function gather(cells: readonly SampledRow[], floor: boolean): Stats {
  let [min, max, count, negative, integers, near] = [Infinity, -Infinity, 0, 0, 0, 0];
  for (const { values } of cells) {
    for (const value of values) {
      min = Math.min(min, value);
      max = Math.max(max, value);
      if (value < 0) negative++;
      if (Number.isInteger(value)) integers++;
      if (value > 0.5 && Math.abs(value - Math.round(value)) < 0.1) near++;
    }
    count += values.length;
  }
  const shifted = floor ? cells.map(({ values }) => aboveFloor(values).filter((value) => value > 0)) : null;
  const rows = shifted ?? cells.map(({ values }) => values);
  const precision = precisionOf(someOf(rows));
  const wholes = new Map<Undo, Whole[]>();
  let telling = 0;
  for (const values of min < 0 && !floor ? [] : rows) {
    if (new Set(values).size < TELLING_VALUES) continue;
    telling++;
    const found = bestWhole(values, precision, {
      among: floor ? UNDO.filter((undo) => undo !== "none") : UNDO,
    });
    if (found) wholes.set(found.undo, [...wholes.get(found.undo) ?? [], found]);
  }
  return {
    cells,
    min,
    max,
    negative: negative / count,
    integers: integers / count,
    nearIntegers: near / count,
    even: rows.every((values) => values.every((value) => Math.abs(value / values[0] - 1) < 1e-5)),
    precision,
    wholes,
    telling,
    floor,
  };
}

/** A few thousand values from all cells. */
function someOf(rows: readonly Float32Array[]): number[] {
  const each = Math.max(8, Math.ceil(8192 / rows.length));
  return rows.flatMap((values) => {
    const step = Math.max(1, Math.floor(values.length / each));
    return Array.from(values).filter((_, i) => i % step === 0);
  });
}

/** Every gene has a value, and some of them the same smallest one. */
function hasFloor(values: Float32Array, genes: number): boolean {
  if (values.length < 0.99 * genes) return false;
  const floor = values.reduce((a, b) => Math.min(a, b), Infinity);
  const there = values.reduce(
    (count, value) => count + Number(value - floor < 1e-6 * (1 + Math.abs(floor))),
    0,
  );
  return there >= Math.max(3, 0.02 * values.length);
}

/** A mean and how much values vary about it. */
export interface Spread {
  readonly mean: number;
  /** Standard deviation over mean. */
  readonly variation: number;
}

/** Sums of the cells after their values are brought back to amounts. */
export function totals(cells: readonly SampledRow[], undo: Undo): number[] {
  const amount = amountOf(undo);
  return cells.map(({ values }) => values.reduce((sum, value) => sum + amount(value), 0));
}

/** Mean and variation; a single value says nothing of how much it varies. */
export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variation: values.length > 1 ? Math.sqrt(variance) / Math.abs(mean) : Infinity };
}
