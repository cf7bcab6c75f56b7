/** Result of a rank-sum test on two samples. */
export interface RankSum {
  /** Above 0 where the first sample tends to be larger. */
  readonly z: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Wilcoxon's rank-sum (Mann-Whitney) test with the normal approximation, corrected for ties and not for continuity:
 * z = (U - ab/2) / sqrt(ab/12 ((n + 1) - sum(t^3 - t) / (n (n - 1)))), t the sizes of groups of equal values. Where all
 * values are equal z is 0 and p is 1.
 *
 * @param a ascending values; `b` too
 * @throws {RangeError} when a sample is empty.
 */
export function rankSum(a: Float32Array, b: Float32Array): RankSum {
  if (a.length === 0 || b.length === 0) {
    throw new RangeError(
      `Cannot compare samples of ${a.length} and ${b.length} values: each needs at least one`,
    );
  }
  const { ranks, ties } = mergeRanks(a, b);
  const n = a.length + b.length;
  const product = a.length * b.length;
  const u = ranks - a.length * (a.length + 1) / 2;
  const variance = product / 12 * (n + 1 - ties / (n * (n - 1)));
  if (!(variance > 1e-9 * product)) return { z: 0, p: 1 };
  const z = (u - product / 2) / Math.sqrt(variance);
  return { z, p: twoSided(z) };
}

/** The sum of the average ranks of `a` among all values, and sum(t^3 - t) over groups of equal ones. */
function mergeRanks(a: Float32Array, b: Float32Array): { ranks: number; ties: number } {
  let [i, j, ranks, ties] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const value = j >= b.length || i < a.length && a[i] <= b[j] ? a[i] : b[j];
    const [startA, startB] = [i, j];
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    const size = i - startA + j - startB;
    if (size === 0) throw new RangeError("Cannot rank values that are not numbers or not ascending");
    ranks += (i - startA) * (startA + startB + (size + 1) / 2);
    ties += size ** 3 - size;
  }
  return { ranks, ties };
}

/** Chebyshev's polynomial of log(erfc(x)) + x^2 - log(t) in t = 1 / (1 + x / 2) (Press et al., Numerical Recipes, 6.2). */
const ERFC = [
  ...[-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806],
  ...[0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277],
];

/** The chance that a standard normal number is farther from 0 than z, erfc(|z| / sqrt 2), to 1.2e-7 of itself. */
function twoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  return Math.min(1, t * Math.exp(-x * x + ERFC.reduceRight((sum, coefficient) => sum * t + coefficient)));
}

/** p values adjusted for the false discovery rate (Benjamini and Hochberg 1995): min over j >= i of p(j) n / j, at most 1. */
export function benjaminiHochberg(p: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: p.length }, (_, i) => i).sort((a, b) => p[b] - p[a]);
  const adjusted = new Float64Array(p.length);
  let least = 1;
  order.forEach((index, place) => {
    least = Math.min(least, p[index] * p.length / (p.length - place));
    adjusted[index] = least;
  });
  return adjusted;
}
