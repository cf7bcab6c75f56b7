/** The `k` smallest of the values offered so far, smallest first; of equal values the one of the lower place. */
export class Smallest {
  readonly places: number[] = [];
  readonly values: number[] = [];

  constructor(private readonly k: number) {}

  /** Upper limit for values that still count (an equal value counts at a lower index). */
  get limit(): number {
    return this.values[this.k - 1] ?? Infinity;
  }

  offer(place: number, value: number): void {
    const { places, values, k } = this;
    let at = values.length;
    if (at === k && !(value <= this.limit)) return;
    while (at > 0 && (value < values[at - 1] || value === values[at - 1] && place < places[at - 1])) at--;
    if (at === k) return;
    places.splice(at, 0, place);
    values.splice(at, 0, value);
    if (values.length > k) {
      places.pop();
      values.pop();
    }
  }
}

/** The places of the `k` smallest values, smallest first, of equal ones the earlier; `except` is passed over. */
export function smallest(
  values: ArrayLike<number>,
  k: number,
  { except = -1 }: { except?: number } = {},
): number[] {
  const found = new Smallest(k);
  for (let place = 0; place < values.length; place++) {
    if (place !== except) found.offer(place, values[place]);
  }
  return found.places;
}

/** The places of the `k` largest values, largest first, of equal ones the earlier. */
export function largest(values: ArrayLike<number>, k: number): number[] {
  const found = new Smallest(k);
  for (let place = 0; place < values.length; place++) found.offer(place, -values[place]);
  return found.places;
}

/** Points of a plane. */
export interface Points {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/**
 * The `k` nearest other points of every point, nearest first (of equally near ones the earlier), fewer where there are
 * fewer. Points are sorted by x and searched from each to both sides, until x alone is farther than the k-th
 * found: about n sqrt(n k) comparisons where points are spread evenly.
 */
export function nearestNeighbours({ x, y }: Points, k: number): Int32Array[] {
  const order = Int32Array.from({ length: x.length }, (_, i) => i).sort((a, b) => x[a] - x[b]);
  const found = new Array<Int32Array>(order.length);
  order.forEach((own, place) => {
    const nearest = new Smallest(k);
    for (const step of [-1, 1]) {
      for (let at = place + step; at >= 0 && at < order.length; at += step) {
        const across = (x[order[at]] - x[own]) ** 2;
        if (across > nearest.limit) break;
        nearest.offer(order[at], across + (y[order[at]] - y[own]) ** 2);
      }
    }
    found[own] = Int32Array.from(nearest.places);
  });
  return found;
}
