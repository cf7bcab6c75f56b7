import { distance, smallest, type Table } from "../matrix/mod.ts";

/** Points joined to those near them; an edge is in the lists of both its ends. */
export interface NeighbourGraph {
  readonly size: number;
  readonly neighbours: readonly (readonly number[])[];
}

/**
 * Joins every point to its `k` nearest ones by Euclidean distance (itself counted, as scanpy counts it, so to k - 1
 * others), and so two points when either is near the other. Exact: compares all pairs.
 */
export function neighbourGraph(points: Table, k: number): NeighbourGraph {
  const size = points.rows;
  const distances = new Float64Array(size);
  const sets = Array.from({ length: size }, () => new Set<number>());
  for (let row = 0; row < size; row++) {
    for (let other = 0; other < size; other++) {
      distances[other] = distance(points, row, { of: points, row: other });
    }
    for (const near of smallest(distances, k - 1, { except: row })) {
      sets[row].add(near);
      sets[near].add(row);
    }
  }
  return { size, neighbours: sets.map((set) => [...set].sort((a, b) => a - b)) };
}
