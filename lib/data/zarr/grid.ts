/** Rows of an array that is cut into chunks. */
interface Rows {
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly start: number;
  readonly count: number;
}

/** Calls `use` with the place in the grid of every chunk that has some of the rows. */
export function forEachChunk(
  { shape, chunks, start, count }: Rows,
  use: (chunk: readonly number[]) => void,
): void {
  if (shape.length === 0) return use([]);
  if (count === 0 || shape.includes(0)) return;
  const first = shape.map((_, axis) => axis === 0 ? Math.floor(start / chunks[0]) : 0);
  const last = shape.map((size, axis) =>
    Math.floor(((axis === 0 ? start + count : size) - 1) / chunks[axis])
  );
  const chunk = first.slice();
  for (;;) {
    use(chunk.slice());
    let axis = chunk.length - 1;
    while (axis >= 0 && ++chunk[axis] > last[axis]) {
      chunk[axis] = first[axis];
      axis--;
    }
    if (axis < 0) return;
  }
}

/** A chunk, and the rows of the array that are wanted: `shape` is theirs, `start` where they begin. */
interface Overlap {
  readonly chunk: readonly number[];
  readonly chunks: readonly number[];
  readonly shape: readonly number[];
  readonly start: number;
}

/** Calls `use` with each run of elements that the chunk and the wanted rows share: its place in both, and its length. */
export function forEachRun(
  { chunk, chunks, shape, start }: Overlap,
  use: (from: number, to: number, length: number) => void,
): void {
  if (shape.length === 0) return use(0, 0, 1);
  const origin = chunk.map((place, axis) => place * chunks[axis] - (axis === 0 ? start : 0));
  const low = origin.map((at) => Math.max(at, 0));
  const high = origin.map((at, axis) => Math.min(at + chunks[axis], shape[axis]));
  const last = shape.length - 1;
  const walk = (axis: number, from: number, to: number): void => {
    if (axis === last) {
      use(
        from * chunks[axis] + low[axis] - origin[axis],
        to * shape[axis] + low[axis],
        high[axis] - low[axis],
      );
      return;
    }
    for (let at = low[axis]; at < high[axis]; at++) {
      walk(axis + 1, from * chunks[axis] + at - origin[axis], to * shape[axis] + at);
    }
  };
  walk(0, 0, 0);
}
