import { changeOf, type Example } from "./changes.ts";

/** Share of measured changes that intervals are to hold. */
export const LEVEL = 0.9;

/**
 * Half the width of an interval about each gene's predicted change: of the errors at the n conditions held out, the one of rank
 * ceil(level (n + 1)) by size (conformal prediction by cross-validation; Vovk 2015, Barber et al. 2021). It holds the mean
 * that a new condition would show, its sampling noise included, and no more than conditions like those seen can tell.
 *
 * @returns one entry a gene; the largest error, and less than `level` of certainty, with fewer than 9 conditions at 0.9
 */
export function halfWidths(
  heldOut: ReadonlyMap<string, Float32Array>,
  conditions: readonly Example[],
  level = LEVEL,
): Float32Array {
  const errors = conditions.flatMap((condition) => {
    const predicted = heldOut.get(condition.name);
    return predicted ? [changeOf(condition).map((value, gene) => Math.abs(value - predicted[gene]))] : [];
  });
  const rank = Math.min(errors.length, Math.ceil(level * (errors.length + 1)));
  return Float32Array.from(conditions[0]?.mean ?? [], (_, gene) => {
    const sorted = Float32Array.from(errors, (own) => own[gene]).sort();
    return sorted[rank - 1] ?? Infinity;
  });
}
