import type { Label } from "./classification.ts";

/** Counts of each pair of groups, and the sizes of the groups. */
interface Contingency {
  readonly cells: number;
  /** Cells of each pair of groups that meets. */
  readonly pairs: readonly { readonly a: number; readonly b: number; readonly both: number }[];
  readonly sizesA: readonly number[];
  readonly sizesB: readonly number[];
}

/**
 * Mutual information of two partitions over the mean of their entropies, in [0, 1] (scikit-learn's
 * `normalized_mutual_info_score`): 1 for the same partition, 0 for independent ones and where one of two has a single group.
 *
 * @throws {RangeError} when the lists are empty or differ in length (as every metric of this file).
 */
export function normalisedMutualInformation(a: readonly Label[], b: readonly Label[]): number {
  const { cells, pairs, sizesA, sizesB } = contingency(a, b);
  if (sizesA.length === 1 && sizesB.length === 1) return 1;
  const information = pairs.reduce(
    (sum, { a, b, both }) => sum + both / cells * Math.log(both * cells / (sizesA[a] * sizesB[b])),
    0,
  );
  const entropies = [sizesA, sizesB].map((sizes) => entropy(sizes, cells));
  return Math.max(0, information) / Math.max((entropies[0] + entropies[1]) / 2, Number.EPSILON);
}

/**
 * Agreement of two partitions on pairs of cells, less what chance would give (Hubert and Arabie 1985): 1 for the same
 * partition, about 0 for independent ones, at least -0.5.
 */
export function adjustedRandIndex(a: readonly Label[], b: readonly Label[]): number {
  const { cells, pairs, sizesA, sizesB } = contingency(a, b);
  const together = sum(pairs.map(({ both }) => pairsOf(both)));
  const [ofA, ofB] = [sizesA, sizesB].map((sizes) => sum(sizes.map(pairsOf)));
  const expected = cells < 2 ? 0 : ofA * ofB / pairsOf(cells);
  const most = (ofA + ofB) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}

function contingency(a: readonly Label[], b: readonly Label[]): Contingency {
  if (a.length === 0 || a.length !== b.length) {
    throw new RangeError(
      `Cannot compare partitions of ${a.length} and ${b.length} cells: expected the same number of each, at least one`,
    );
  }
  const [codesA, codesB] = [codesOf(a), codesOf(b)];
  const sizesA: number[] = [];
  const sizesB: number[] = [];
  const counts = new Map<number, number>();
  codesA.forEach((codeA, i) => {
    const codeB = codesB[i];
    sizesA[codeA] = (sizesA[codeA] ?? 0) + 1;
    sizesB[codeB] = (sizesB[codeB] ?? 0) + 1;
    const key = codeA * a.length + codeB;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  const pairs = [...counts].map(([key, both]) => ({
    a: Math.floor(key / a.length),
    b: key % a.length,
    both,
  }));
  return { cells: a.length, pairs, sizesA, sizesB };
}

/** Labels as numbers from 0, in the order in which they are met. */
function codesOf(labels: readonly Label[]): number[] {
  const codes = new Map<Label, number>();
  return labels.map((label) => {
    if (!codes.has(label)) codes.set(label, codes.size);
    return codes.get(label)!;
  });
}

const pairsOf = (n: number): number => n * (n - 1) / 2;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const entropy = (sizes: readonly number[], cells: number): number =>
  -sum(sizes.map((size) => size / cells * Math.log(size / cells)));
