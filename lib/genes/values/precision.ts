/** Precision of the stored values; a value is off by at most the largest of the three. */
export interface Precision {
  readonly absolute: number;
  /** Times the value. */
  readonly relative: number;
  /** Significant digits that values were rounded to, where they were. */
  readonly digits?: number;
}

/** float32, after the few operations that normalisation takes. */
const SINGLE = 2 ** -22;
const HALF = 2 ** -11;
/** Values as they come out of float32 arithmetic. */
export const SINGLE_PRECISION: Precision = { absolute: 0, relative: SINGLE };

/** Values that rounding is read off; fewer say nothing. */
const LOOKED_AT = { least: 20, most: 4096 };

/** Reads off values how coarsely they were rounded: to decimals, to significant digits, or to float16. */
export function precisionOf(values: readonly number[]): Precision {
  const odd = values.filter((value) => !Number.isInteger(value)).slice(0, LOOKED_AT.most);
  if (odd.length < LOOKED_AT.least) return SINGLE_PRECISION;
  const places = [1, 2, 3, 4, 5].find((count) => odd.every((value) => hasPlaces(value, 10 ** count)));
  const digits = [3, 4, 5, 6].find((count) => odd.every((value) => hasDigits(value, count)));
  if (!places && !digits) return isHalf(odd) ? { absolute: 0, relative: HALF } : SINGLE_PRECISION;
  return { absolute: places ? 0.5 * 10 ** -places : 0, relative: SINGLE, digits };
}

/** The largest error of a stored value. */
export function storedError(value: number, { absolute, relative, digits }: Precision): number {
  const size = Math.abs(value);
  const rounding = digits ? 0.5 * 10 ** (Math.floor(Math.log10(size)) + 1 - digits) : 0;
  return Math.max(absolute, size * relative, rounding);
}

const hasPlaces = (value: number, scale: number): boolean =>
  Math.abs(value * scale - Math.round(value * scale)) <= Math.max(1e-9, Math.abs(value) * scale * SINGLE);

const hasDigits = (value: number, count: number): boolean =>
  Math.abs(Number(value.toPrecision(count)) - value) <= Math.abs(value) * 2 ** -23;

/** True where no value has more bits than a float16 (or bfloat16) holds. */
function isHalf(values: readonly number[]): boolean {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  return bits.every((word) => (word & 0x1fff) === 0);
}
