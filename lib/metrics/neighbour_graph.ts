import { distance, type Points } from "./silhouette.ts";

/** Points joined to those near them; an edge is in the lists of both its ends. */
export interface NeighbourGraph {
  readonly size: number;
  readonly neighbours: readonly (readonly number[])[];
}

/**
 * Joins every point to its `k` nearest ones by Euclidean distance (itself counted, as scanpy counts it, so to k - 1
 * others), and so two points when either is near the other. Exact: compares all pairs.
 */
export function neighbourGraph(points: Points, k: number): NeighbourGraph {
  const size = points.vectors.length / points.width;
  const sets = Array.from({ length: size }, () => new Set<number>());
  for (let row = 0; row < size; row++) {
    for (const near of nearest(points, row, Math.min(k - 1, size - 1))) {
      sets[row].add(near);
      sets[near].add(row);
    }
  }
  return { size, neighbours: sets.map((set) => [...set].sort((a, b) => a - b)) };
}

/** The `count` rows nearest to one; of equally near ones the earlier. */
function nearest(points: Points, row: number, count: number): number[] {
  const rows: number[] = [];
  const distances: number[] = [];
  for (let other = 0; other < points.vectors.length / points.width; other++) {
    if (other === row) continue;
    const apart = distance(points, row, other);
    if (rows.length === count && !(apart < distances[count - 1])) continue;
    let place = rows.length;
    while (place > 0 && apart < distances[place - 1]) place--;
    rows.splice(place, 0, other);
    distances.splice(place, 0, apart);
    if (rows.length > count) {
      rows.pop();
      distances.pop();
    }
  }
  return rows;
}
