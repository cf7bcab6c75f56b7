/** Points of a plane. */
export interface Points {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/**
 * The `k` nearest other points of every point, nearest first (of equally near ones the earlier), fewer where there are
 * not as many. Points are sorted by x and searched from each to both sides, until x alone is farther than the k-th
 * found: about n sqrt(n k) comparisons where points are spread evenly.
 */
export function nearestNeighbours(points: Points, k: number): Int32Array[] {
  const order = Int32Array.from({ length: points.x.length }, (_, i) => i).sort((a, b) =>
    points.x[a] - points.x[b]
  );
  const found = new Array<Int32Array>(order.length);
  order.forEach((point, place) => found[point] = nearestOf(points, { order, place, k }));
  return found;
}

/** Points found so far, nearest first. */
interface Nearest {
  readonly points: number[];
  readonly distances: number[];
}

function nearestOf(
  { x, y }: Points,
  { order, place, k }: { order: Int32Array; place: number; k: number },
): Int32Array {
  const own = order[place];
  const nearest: Nearest = { points: [], distances: [] };
  for (const step of [-1, 1]) {
    for (let at = place + step; at >= 0 && at < order.length; at += step) {
      const across = (x[order[at]] - x[own]) ** 2;
      if (across > (nearest.distances[k - 1] ?? Infinity)) break;
      insert(nearest, { point: order[at], distance: across + (y[order[at]] - y[own]) ** 2, k });
    }
  }
  return Int32Array.from(nearest.points);
}

function insert(
  { points, distances }: Nearest,
  { point, distance, k }: { point: number; distance: number; k: number },
): void {
  let place = distances.length;
  const isBefore = (other: number) =>
    distance < distances[other] || distance === distances[other] && point < points[other];
  while (place > 0 && isBefore(place - 1)) place--;
  if (place >= k) return;
  points.splice(place, 0, point);
  distances.splice(place, 0, distance);
  if (points.length > k) {
    points.pop();
    distances.pop();
  }
}
