import { UMAP } from "umap-js";
import { createRng } from "../../runtime/mod.ts";
import { rowAt, type Table, takeRows, unitRows } from "../../matrix/mod.ts";

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
