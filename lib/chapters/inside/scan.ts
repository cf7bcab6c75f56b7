import { Matrix, SVD } from "ml-matrix";
import pl from "nodejs-polars";
import { ascendingSums, dot, outer, scaled, sum, zeros } from "./arrays.ts";
import { byKernel, type Head } from "./head.ts";

/** The scan of Mamba-2 in four ways that give the same numbers; written to be read, not to be fast. */

/**
 * Token by token: `h_t = exp(dt_t a) h_{t-1} + dt_t x_t (x) b_t`, `y_t = h_t c_t + d x_t` from `h = 0` (Dao and Gu 2024).
 *
 * @returns y `[L, P]` and the state after each token `[L, P, N]`
 */
export function recurrence({ x, dt, a, b, c, d }: Head) {
  let state = zeros(x[0].length, b[0].length);
  const states = x.map((token, t) => {
    const kept = scaled(state, Math.exp(dt[t] * a));
    state = sum(kept, scaled(outer(token, b[t]), dt[t]));
    return state;
  });
  const y = states.map((h, t) => h.map((row, p) => dot(row, c[t]) + d * x[t][p]));
  return { y, states };
}

/**
 * The matrix that does the same in one product, `y = M x`: `M_ij = exp(a (dt_{j+1} + ... + dt_i)) dt_j (c_i . b_j)`
 * at and below the diagonal, where d is added on it; zero above, for no token knows of later ones.
 *
 * @returns `[L, L]`
 */
export function scanMatrix({ dt, a, b, c, d }: Head): number[][] {
  const log = ascendingSums(dt).map((time) => a * time);
  const entry = (i: number, j: number) =>
    Math.exp(log[i] - log[j]) * dt[j] * dot(c[i], b[j]) + (i === j ? d : 0);
  return dt.map((_, i) => dt.map((_, j) => j > i ? 0 : entry(i, j)));
}

/** `[L, L] x [L, P]`. */
export const product = (matrix: readonly number[][], x: readonly number[][]): number[][] =>
  matrix.map((row) => x[0].map((_, p) => row.reduce((total, weight, j) => total + weight * x[j][p], 0)));

/**
 * Matrices for neighbours, a state for the rest: within chunks of `size` tokens the product with a small
 * {@linkcode scanMatrix}, and between chunks one state `[P, N]` that sums up all that came before.
 *
 * @returns y `[L, P]`
 */
export function inChunks(head: Head, size: number): number[][] {
  let entering = zeros(head.x[0].length, head.b[0].length);
  return chunksOf(head, size).flatMap((chunk) => {
    const faded = ascendingSums(chunk.dt).map((time) => Math.exp(chunk.a * time));
    const carried = chunk.c.map((c, i) => entering.map((row) => faded[i] * dot(row, c)));
    const own = recurrence(chunk).states.at(-1)!; // real kernels get this by one more matrix product
    entering = sum(scaled(entering, faded.at(-1)!), own);
    return sum(product(scanMatrix(chunk), chunk.x), carried);
  });
}

/** Singular values of a block of a matrix, largest first: the strength of each of its directions. */
export const singularValues = (table: readonly number[][]): number[] =>
  new SVD(new Matrix(table.map((row) => [...row]))).diagonal;

function chunksOf(head: Head, size: number): Head[] {
  const { x, dt, b, c } = head;
  const starts = Array.from({ length: Math.ceil(x.length / size) }, (_, i) => i * size);
  return starts.map((at) => {
    const part = <T>(rows: readonly T[]) => rows.slice(at, at + size);
    return { ...head, x: part(x), dt: part(dt), b: part(b), c: part(c) };
  });
}

/** Later tokens first: the scan of a turned sentence, turned back, is the reverse direction. */
export function turned(head: Head): Head {
  const { x, dt, b, c } = head;
  return { ...head, x: x.toReversed(), dt: dt.toReversed(), b: b.toReversed(), c: c.toReversed() };
}

/** Difference between chunks of each size and the loop, in plain numbers and in the kernel: one row per size. */
export function chunkDifferences(head: Head, sizes: readonly number[]): pl.DataFrame {
  const { y } = recurrence(head);
  const apart = (actual: number[][]) => relativeDifference(y, actual).toExponential(1);
  return pl.DataFrame({
    "tokens a chunk": [...sizes],
    "in plain numbers": sizes.map((size) => apart(inChunks(head, size))),
    "in the kernel": sizes.map((chunk) => apart(byKernel(head, { chunk }))),
  });
}

/** Largest difference of two tables of numbers, over the largest of the first. */
export function relativeDifference(expected: readonly number[][], actual: readonly number[][]): number {
  const apart = expected.flatMap((row, i) => row.map((value, j) => Math.abs(value - actual[i][j])));
  return Math.max(...apart) / Math.max(...expected.flat().map(Math.abs));
}
