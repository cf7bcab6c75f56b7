import { type Precision, storedError } from "./precision.ts";
import { amountError, amountOf, type Undo } from "./undo.ts";

/** A cell whose amounts are whole multiples of one number. */
export interface Whole {
  readonly undo: Undo;
  /** The amount that stands for one count. */
  readonly unit: number;
  /** Evidence against chance, in bits. */
  readonly bits: number;
  /** Share of the values that could tell and agree. */
  readonly share: number;
}

/** Share of the telling values that have to agree. */
const AGREE = 0.98;
/** The smallest amount of a cell is taken for one count, two, ...; a unit beside that is round by itself. */
const DIVISORS = [1, 2, 3, 4, 5, 6];
const ROUND_UNITS = [1, 0.1, 0.01];
/** A value tells nothing once the error of its amount reaches this share of the unit. */
const TELLING = 0.2;
/** Share of a cell's values, beside its smallest, that have to tell something. */
const LEAST_TOLD = 0.3;
/** Values after which a hopeless unit is left, and the share that has to agree until then. */
const EARLY = { values: 16, agree: 0.7 };

/**
 * The unit of which all amounts of a cell are whole multiples, or null. A value of k units tells something while the
 * error of its amount is a small part of the unit; every value that tells adds -log2 of its chance to agree. Integers
 * tell nothing of logarithms and roots: b^k - 1 and k^2 are whole for every k. Nor do roots of squares only.
 *
 * @param bits the least evidence
 */
export function findWhole(
  values: ArrayLike<number>,
  undo: Undo,
  { precision, bits }: { precision: Precision; bits: number },
): Whole | null {
  const cell = amountsOf(values, undo, precision);
  if (!Number.isFinite(cell.smallest) || !Number.isFinite(cell.largest)) return null;
  for (const first of [...DIVISORS.map((divisor) => cell.smallest / divisor), ...ROUND_UNITS]) {
    const unit = refine(cell, first);
    const found = unit && judge(cell, unit, undo);
    if (found && found.bits >= bits) return found;
  }
  return null;
}

interface Amounts {
  readonly amounts: Float64Array;
  readonly errors: Float64Array;
  /** 1 for values that can tell something. */
  readonly tells: Uint8Array;
  readonly smallest: number;
  readonly smallestError: number;
  readonly largest: number;
}

function amountsOf(values: ArrayLike<number>, undo: Undo, precision: Precision): Amounts {
  const inverse = amountOf(undo);
  const [amounts, errors] = [new Float64Array(values.length), new Float64Array(values.length)];
  const tells = new Uint8Array(values.length);
  let [smallest, smallestError, largest] = [Infinity, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const y = inverse(values[i]);
    amounts[i] = y;
    errors[i] = amountError(undo, values[i], { amount: y, error: storedError(values[i], precision) });
    tells[i] = Number(y > 0 && (undo === "none" || !Number.isInteger(values[i])));
    if (y > largest) largest = y;
    if (y > 0 && y < smallest) [smallest, smallestError] = [y, errors[i]];
  }
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(amounts[i] - smallest) <= errors[i] + smallestError) tells[i] = 0;
  }
  return { amounts, errors, tells, smallest, smallestError, largest };
}

interface Unit {
  readonly size: number;
  readonly error: number;
}

/** A first guess at the unit, fitted to the values whose multiple it knows already; null where they contradict it. */
function refine({ amounts, errors, tells, smallest, smallestError }: Amounts, first: number): Unit | null {
  const multiple = Math.round(smallest / first);
  if (multiple < 1 || Math.abs(smallest / first - multiple) > 0.01) return null;
  let [size, error] = [first, smallestError / multiple];
  let [told, agreed] = [0, 0];
  let [yk, ek, kk] = [smallest * multiple, smallestError * multiple, multiple * multiple];
  for (let i = 0; i < amounts.length; i++) {
    const k = Math.round(amounts[i] / size);
    const off = errors[i] + k * error;
    if (!tells[i] || off > TELLING * size) continue;
    told++;
    if (Math.abs(amounts[i] - k * size) > off) {
      if (told >= EARLY.values && agreed < EARLY.agree * told) return null;
      continue;
    }
    agreed++;
    yk += amounts[i] * k;
    ek += errors[i] * k;
    kk += k * k;
    [size, error] = [yk / kk, ek / kk];
  }
  return { size, error };
}

function judge(
  { amounts, errors, tells, smallest }: Amounts,
  { size, error }: Unit,
  undo: Undo,
): Whole | null {
  let [others, told, agreed, bits, odd] = [0, 0, 0, 0, 0];
  for (let i = 0; i < amounts.length; i++) {
    if (!tells[i]) continue;
    others++;
    const k = Math.round(amounts[i] / size);
    const off = (errors[i] + k * error) / size;
    if (off > TELLING) continue;
    told++;
    if (Math.abs(amounts[i] / size - k) > off) continue;
    agreed++;
    bits -= Math.log2(2 * off);
    const root = Math.sqrt(amounts[i] / smallest);
    if (Math.abs(root - Math.round(root)) > 0.01) odd++;
  }
  if (told === 0 || told < LEAST_TOLD * others || agreed < AGREE * told) return null;
  if (undo === "square" && odd < 0.1 * told) return null;
  return { undo, unit: size, bits, share: agreed / told };
}
