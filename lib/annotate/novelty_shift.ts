import { median } from "simple-statistics";
import { forSigns, type Signs } from "./novelty_signs.ts";

/** Called types with fewer cells than this have no say in the shift. */
const LEAST = 10;
/** Interquartile ranges that are taken for a difference between studies at most; beyond, a whole file is novel. */
const MOST_SHIFT = 3;

/**
 * Signs of one file less what is odd about all of it: another study differs from the reference in every type, while cells
 * of a new type gather in one or two of the called ones. The shift is the median over called types of their median, at
 * least 0 and at most 3 interquartile ranges, so that a file of another tissue stays novel.
 *
 * @param called what each cell was called
 */
export function withoutShift(signs: Signs, called: readonly string[]): Signs {
  const groups = [...Map.groupBy(called.keys(), (row) => called[row]).values()];
  const large = groups.filter((rows) => rows.length >= LEAST);
  if (large.length === 0) return signs;
  return forSigns((sign) => {
    const middle = median(large.map((rows) => median(rows.map((row) => signs[sign][row]))));
    const shift = Math.min(MOST_SHIFT, Math.max(0, middle));
    return signs[sign].map((value) => value - shift);
  });
}
