/** Points of a plane. */
export interface Points {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/**
 * The `k` nearest other points of every point, nearest first, by a grid of squares of about `k` points each: linear in
 * the number of points where they are spread evenly. Fewer than `k` where there are not as many points.
 */
export function nearestNeighbours(points: Points, k: number): Int32Array[] {
  const grid = buildGrid(points, k);
  return Array.from({ length: points.x.length }, (_, at) => nearestOf(points, { at, k, grid }));
}

interface Grid {
  readonly side: number;
  readonly left: number;
  readonly top: number;
  readonly size: number;
  /** Points by square. */
  readonly squares: ReadonlyMap<string, number[]>;
}

function buildGrid({ x, y }: Points, k: number): Grid {
  const [xs, ys] = [Array.from(x), Array.from(y)];
  const bounds = (values: number[]) =>
    values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const [[left, right], [top, bottom]] = [bounds(xs), bounds(ys)];
  const area = Math.max(right - left, 1e-9) * Math.max(bottom - top, 1e-9);
  const side = Math.max(
    Math.sqrt(area * Math.max(k, 1) / xs.length),
    (right - left + bottom - top) / 1e3,
    1e-9,
  );
  const squares = Map.groupBy(xs.keys(), (i) => keyOf(xs[i] - left, ys[i] - top, side));
  return { side, left, top, size: Math.ceil(Math.max(right - left, bottom - top) / side) + 1, squares };
}

const keyOf = (x: number, y: number, side: number): string =>
  `${Math.floor(x / side)},${Math.floor(y / side)}`;

/** Rings of squares around the point's own, until no nearer point can lie outside. */
function nearestOf(
  { x, y }: Points,
  { at, k, grid: { side, left, top, size, squares } }: { at: number; k: number; grid: Grid },
): Int32Array {
  const [column, row] = [Math.floor((x[at] - left) / side), Math.floor((y[at] - top) / side)];
  let found: { point: number; distance: number }[] = [];
  for (let ring = 0; ring <= size; ring++) {
    const reach = ((ring - 1) * side) ** 2;
    if (ring > 1 && found.length >= k && found[k - 1].distance <= reach) break;
    for (const [dx, dy] of ringAround(ring)) {
      for (const point of squares.get(`${column + dx},${row + dy}`) ?? []) {
        if (point !== at) found.push({ point, distance: (x[point] - x[at]) ** 2 + (y[point] - y[at]) ** 2 });
      }
    }
    found = found.sort((a, b) => a.distance - b.distance || a.point - b.point).slice(0, k);
  }
  return Int32Array.from(found, ({ point }) => point);
}

function* ringAround(ring: number): Generator<[number, number]> {
  for (let dx = -ring; dx <= ring; dx++) {
    const step = Math.abs(dx) === ring ? 1 : Math.max(1, 2 * ring);
    for (let dy = -ring; dy <= ring; dy += step) yield [dx, dy];
  }
}
