import { cosines, dot, rowAt, smallest, type Table, tableRows } from "../../matrix/mod.ts";

/** An undirected graph of cells: for cell i the edges [offsets[i], offsets[i + 1]) of `neighbours` and `weights`. */
export interface CellGraph {
  readonly offsets: Int32Array;
  readonly neighbours: Int32Array;
  /** `w_ij / sqrt(d_i d_j)`: the normalised adjacency, symmetric. */
  readonly weights: Float64Array;
}

/** Cells whose neighbours are looked for at once. */
const BLOCK = 512;
/** Residual at which a system counts as solved, beside its right-hand side. */
const TOLERANCE = 1e-7;
const MOST_STEPS = 500;

/**
 * Joins each cell with the `k` cells of highest cosine; an edge stands if either end chose it and weighs the cosine,
 * at least 0.
 */
export function cellGraph(cells: Table, { k = 15 }: { k?: number } = {}): CellGraph {
  const edges = Array.from({ length: cells.rows }, () => new Map<number, number>());
  for (let start = 0; start < cells.rows; start += BLOCK) {
    const near = cosines(tableRows(cells, start, Math.min(start + BLOCK, cells.rows)), cells);
    for (let i = 0; i < near.rows; i++) {
      const row = rowAt(near, i);
      for (const other of smallest(row.map((cosine) => -cosine), k, { except: start + i })) {
        const weight = Math.max(0, row[other]);
        edges[start + i].set(other, weight);
        edges[other].set(start + i, weight);
      }
    }
  }
  return normalised(edges);
}

function normalised(edges: readonly ReadonlyMap<number, number>[]): CellGraph {
  const degrees = edges.map((of) => [...of.values()].reduce((sum, weight) => sum + weight, 0));
  const offsets = new Int32Array(edges.length + 1);
  edges.forEach((of, i) => offsets[i + 1] = offsets[i] + of.size);
  const neighbours = Int32Array.from(edges.flatMap((of) => [...of.keys()]));
  const weights = Float64Array.from(
    edges.flatMap((of, i) => [...of].map(([j, weight]) => weight / Math.sqrt(degrees[i] * degrees[j] || 1))),
  );
  return { offsets, neighbours, weights };
}

/**
 * Scores that agree between alike cells: `P* = (I + lambda L)^-1 P` with the normalised Laplacian
 * `L = I - D^-1/2 W D^-1/2`, column by column by conjugate gradients (GRIT, arXiv 2508.04747). No label is used.
 *
 * @param scores `[cells, candidates]`
 */
export function smoothScores(
  scores: Float32Array,
  { graph, lambda }: { graph: CellGraph; lambda: number },
): Float32Array {
  const rows = graph.offsets.length - 1;
  const columns = scores.length / rows;
  const smooth = new Float32Array(scores.length);
  for (let column = 0; column < columns; column++) {
    const given = Float64Array.from({ length: rows }, (_, row) => scores[row * columns + column]);
    solve(graph, given, lambda).forEach((value, row) => smooth[row * columns + column] = value);
  }
  return smooth;
}

/** `out = (I + lambda L) x`; a cell without edges is left as it is. */
function apply({ offsets, neighbours, weights }: CellGraph, x: Float64Array, lambda: number): Float64Array {
  return x.map((own, i) => {
    const [from, to] = [offsets[i], offsets[i + 1]];
    let around = 0;
    for (let e = from; e < to; e++) around += weights[e] * x[neighbours[e]];
    return from === to ? own : (1 + lambda) * own - lambda * around;
  });
}

/** Conjugate gradients; the matrix is symmetric with eigenvalues in [1, 1 + 2 lambda]. */
function solve(graph: CellGraph, given: Float64Array, lambda: number): Float64Array {
  const x = Float64Array.from(given);
  const residual = apply(graph, x, lambda).map((value, i) => given[i] - value);
  let direction = Float64Array.from(residual);
  let size = dot(residual, residual);
  const enough = TOLERANCE ** 2 * dot(given, given);
  for (let step = 0; step < MOST_STEPS && size > enough; step++) {
    const image = apply(graph, direction, lambda);
    const length = size / dot(direction, image);
    for (let i = 0; i < x.length; i++) {
      x[i] += length * direction[i];
      residual[i] -= length * image[i];
    }
    const before = size;
    size = dot(residual, residual);
    direction = direction.map((value, i) => residual[i] + size / before * value);
  }
  return x;
}
