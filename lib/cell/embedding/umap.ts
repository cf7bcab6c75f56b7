import { UMAP } from "umap-js";
import { createRng } from "../../runtime/mod.ts";
import { cosines, largest, rowAt, type Table, takeRows, unitRows } from "../../matrix/mod.ts";

/** Cells on a plane. */
export interface CellMap {
  /** Rows of the embeddings that are on the map, ascending. */
  readonly rows: Int32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Cells on a map at most; more are sampled. */
const MAX_CELLS = 5000;
const NEIGHBOURS = 15;

/** UMAP (McInnes et al. 2018) of the embeddings by cosine distance; the same seed gives the same map. */
export function mapCells(
  embeddings: Table,
  { seed, maxCells = MAX_CELLS }: { seed: number; maxCells?: number },
): CellMap {
  const rng = createRng(seed).split("umap");
  const count = Math.min(embeddings.rows, maxCells);
  const rows = rng.split("cells").sample(embeddings.rows, count).sort();
  if (count <= 3) return { rows, x: Float32Array.from(rows), y: new Float32Array(count) };
  const unit = unitRows(takeRows(embeddings, rows));
  const points = Array.from(rows, (_, i) => [...rowAt(unit, i)]);
  const umap = new UMAP({ random: rng.uniform, nNeighbors: Math.min(NEIGHBOURS, count - 1), minDist: 0.3 });
  const places = umap.fit(points);
  return { rows, x: Float32Array.from(places, ([x]) => x), y: Float32Array.from(places, ([, y]) => y) };
}

/** Cells on the map that say where one lies that is not. */
const NEAREST = 5;
/** Cells that are placed at a time: 40 MB of cosines. */
const BLOCK = 2048;

/**
 * Places of all cells, x and y a row: those of the map as they are, every other at the mean of the five cells on the map
 * that are nearest by cosine, weighted by it.
 */
export function placeCells(embeddings: Table, map: CellMap): Float32Array {
  const out = new Float32Array(2 * embeddings.rows);
  map.rows.forEach((row, i) => out.set([map.x[i], map.y[i]], 2 * row));
  const shown = new Set(map.rows);
  const others = Int32Array.from({ length: embeddings.rows }, (_, row) => row).filter((row) =>
    !shown.has(row)
  );
  const known = takeRows(embeddings, map.rows);
  for (let start = 0; start < others.length; start += BLOCK) {
    const block = others.subarray(start, start + BLOCK);
    const similar = cosines(takeRows(embeddings, block), known);
    block.forEach((row, i) => out.set(meanOfNearest(rowAt(similar, i), map), 2 * row));
  }
  return out;
}

function meanOfNearest(similar: Float32Array, { x, y }: CellMap): [number, number] {
  const nearest = largest(similar, NEAREST);
  const weights = nearest.map((i) => Math.max(similar[i], 1e-6));
  const total = weights.reduce((a, b) => a + b, 0);
  const mean = (values: Float32Array) =>
    nearest.reduce((sum, i, k) => sum + weights[k] * values[i], 0) / total;
  return [mean(x), mean(y)];
}
