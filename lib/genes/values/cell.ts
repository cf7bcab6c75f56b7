import type { Plan } from "./kinds.ts";
import { SINGLE_PRECISION } from "./precision.ts";
import { amountOf, isLog, UNDO, type Undo } from "./undo.ts";
import { findWhole, type Whole } from "./whole.ts";

/** Amounts of one cell: counts where they could be had back, else numbers in proportion to them. */
export interface RestoredCell {
  readonly amounts: Float64Array;
  readonly undo: Undo;
  /** The amounts are whole numbers. */
  readonly whole: boolean;
}

/** Largest plausible logarithm of an expression value: log2 of 2^25 counts. */
export const MAX_LOG = 25;
/** More than this no logarithm stands for, whatever its base. */
const MOST_AMOUNT = 1e30;
/**
 * Bits of evidence that a cell has to give: for the way back of most cells, for any, and for another than theirs where
 * values were rounded, so that chance has more room.
 */
const BITS = { usual: 5, any: 20, rounded: 40 };

/** Brings the stored values of one cell back; `values` has no zeros. */
export function restoreCell(values: Float32Array, plan: Plan): RestoredCell {
  if (areCounts(values, plan)) return { amounts: Float64Array.from(values), undo: "none", whole: true };
  const shifted = plan.floor ? aboveFloor(values) : values;
  const whole = plan.whole ? wholeCell(shifted, plan) : null;
  if (whole) return { amounts: countsOf(shifted, whole), undo: whole.undo, whole: true };
  const undo = possibleUndo(shifted, plan.undo);
  return { amounts: Float64Array.from(shifted, amountOf(undo)), undo, whole: false };
}

/**
 * Integers only; among logarithms they have to be many, because log2(x + 1) of 1, 3 and 7 are integers too.
 */
function areCounts(values: Float32Array, { undo, whole }: Plan): boolean {
  if (!values.every(Number.isInteger)) return false;
  return undo === "none" || whole && values.reduce((count, value) => count + Number(value > 1), 0) >= 5;
}

/** The way back of most cells, or a shorter one where it would lead beyond what a cell can hold. */
function possibleUndo(values: Float32Array, undo: Undo): Undo {
  if (!isLog(undo)) return undo;
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  const shorter = undo === "ee" ? "e" : undo === "22" ? "2" : "none";
  return largest <= MAX_LOG && amountOf(undo)(largest) < MOST_AMOUNT ? undo : possibleUndo(values, shorter);
}

function wholeCell(values: Float32Array, { undo, precision }: Plan): Whole | null {
  const isPossible = !isLog(undo) || values.every((value) => value <= MAX_LOG);
  const likely = isPossible ? findWhole(values, undo, { precision, bits: BITS.usual }) : null;
  const bits = precision === SINGLE_PRECISION ? BITS.any : BITS.rounded;
  return likely ?? bestWhole(values, precision, { among: UNDO.filter((other) => other !== undo), bits });
}

/** The way back that leaves a cell in whole multiples, or null; integers alone are never taken for logarithms. */
export function bestWhole(
  values: Float32Array,
  precision: Plan["precision"],
  { among = UNDO, bits = BITS.any }: { among?: readonly Undo[]; bits?: number } = {},
): Whole | null {
  const ways = values.every(Number.isInteger) ? among.filter((undo) => undo === "none") : among;
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  let best: Whole | null = null;
  for (const undo of ways) {
    if (isLog(undo) && largest > MAX_LOG) continue;
    const found = findWhole(values, undo, { precision, bits });
    if (
      found && (!best || found.share > best.share || found.share === best.share && found.bits > best.bits)
    ) {
      best = found;
    }
  }
  return best;
}

function countsOf(values: Float32Array, { undo, unit }: Whole): Float64Array {
  const amount = amountOf(undo);
  return Float64Array.from(values, (value) => Math.round(amount(value) / unit));
}

/** Values less the smallest of them. */
export function aboveFloor(values: Float32Array): Float32Array {
  const floor = values.reduce((a, b) => Math.min(a, b), Infinity);
  return values.map((value) => value - floor);
}
