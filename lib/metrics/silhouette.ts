import { distance, type Table } from "../matrix/mod.ts";

/**
 * Separation of each point from the next group: s = (b - a) / max(a, b), a the mean distance to
 * the others of its group, b the smallest mean distance to another group; in [-1, 1], 0 for the only point of a group
 * (Rousseeuw 1987; scikit-learn's `silhouette_samples`).
 *
 * @throws {RangeError} if the numbers of points and labels differ, or there are fewer than two groups.
 */
export function silhouettes(points: Table, labels: readonly string[]): Float64Array {
  const names = [...new Set(labels)];
  const { rows } = points;
  if (rows !== labels.length || names.length < 2) {
    throw new RangeError(
      `Cannot compute silhouettes of ${rows} points with ${labels.length} labels of ${names.length} groups: expected as ` +
        "many of each and at least two groups",
    );
  }
  const codeOf = new Map(names.map((name, code) => [name, code]));
  const codes = Int32Array.from(labels, (label) => codeOf.get(label)!);
  const sizes = new Float64Array(names.length);
  codes.forEach((code) => sizes[code]++);
  const sums = summedDistances(points, codes, names.length);
  return Float64Array.from(codes, (own, row) => {
    if (sizes[own] === 1) return 0;
    const totals = sums.subarray(row * names.length, (row + 1) * names.length);
    const within = totals[own] / (sizes[own] - 1);
    const nearest = totals.reduce(
      (least, total, code) => code === own ? least : Math.min(least, total / sizes[code]),
      Infinity,
    );
    return (nearest - within) / (Math.max(nearest, within) || 1);
  });
}

/** Sum of the distances of every point to the points of every group: `[points, groups]`. */
function summedDistances(points: Table, codes: Int32Array, groups: number): Float64Array {
  const sums = new Float64Array(codes.length * groups);
  for (let a = 0; a < codes.length; a++) {
    for (let b = 0; b < a; b++) {
      const apart = distance(points, a, { of: points, row: b });
      sums[a * groups + codes[b]] += apart;
      sums[b * groups + codes[a]] += apart;
    }
  }
  return sums;
}
