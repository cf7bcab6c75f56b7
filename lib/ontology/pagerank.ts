import { liveTerms, termOf } from "./graph.ts";
import type { Ontology } from "./types.ts";

/** Options of {@linkcode pageRankSimilarity}. */
export interface PageRankOptions {
  /** Chance to walk on rather than jump back to the source. @default {0.9} */
  readonly alpha?: number;
  /** The terms whose rows are wanted. @default every live term */
  readonly sources?: readonly string[];
  /** Largest remaining L1 error of a row. @default {1e-6} */
  readonly tolerance?: number;
}

/** Similarity rows: `values[i * targets.length + j]` is how close `targets[j]` is to `sources[i]`. */
export interface SimilarityMatrix {
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly values: Float32Array;
}

/** Neighbour lists of an undirected graph as compressed rows. */
interface Adjacency {
  readonly offsets: Int32Array;
  readonly neighbours: Int32Array;
}

/** Rows solved together: a block of `BLOCK` columns per node is contiguous, so the inner loop runs over one cache line after another. */
const BLOCK = 64;

/**
 * Personalised PageRank of every live term from each source, on the undirected is_a graph:
 * p = (1 - alpha) e_s + alpha P^T p with P = D^-1 A, by power iteration. Each row sums to one; a term
 * without neighbours keeps all of its rank. After k steps the L1 error of a row is at most 2 alpha^k.
 *
 * Source: scCello (NeurIPS 2024, arXiv 2408.12373), its ontology similarity; networkx.pagerank gives the same rows.
 */
export function pageRankSimilarity(ontology: Ontology, options: PageRankOptions = {}): SimilarityMatrix {
  const { alpha = 0.9, tolerance = 1e-6 } = options;
  const targets = liveTerms(ontology).map((term) => term.id);
  const sources = (options.sources ?? targets).map((id) => termOf(ontology, id).id);
  const position = new Map(targets.map((id, i) => [id, i]));
  const starts = Int32Array.from(sources, (id) => indexOf(position, id));
  const graph = undirectedGraph(ontology, position);
  const steps = Math.ceil(Math.log(tolerance / 2) / Math.log(alpha));
  const values = new Float32Array(sources.length * targets.length);
  for (let first = 0; first < starts.length; first += BLOCK) {
    const block = starts.subarray(first, first + BLOCK);
    copyTransposed(
      walk(graph, block, { alpha, steps }),
      values.subarray(first * targets.length),
      block.length,
    );
  }
  return { sources, targets, values };
}

function indexOf(position: ReadonlyMap<string, number>, id: string): number {
  const index = position.get(id);
  if (index === undefined) {
    throw new RangeError(`Cannot rank from ${id}: expected a live term, it is obsolete`);
  }
  return index;
}

function undirectedGraph(ontology: Ontology, position: ReadonlyMap<string, number>): Adjacency {
  const lists: Set<number>[] = Array.from(position, () => new Set());
  for (const [id, i] of position) {
    for (const parent of termOf(ontology, id).isA) {
      const j = position.get(parent);
      if (j === undefined) continue;
      lists[i].add(j);
      lists[j].add(i);
    }
  }
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => offsets[i + 1] = offsets[i] + list.size);
  return { offsets, neighbours: Int32Array.from(lists.flatMap((list) => [...list])) };
}

/** Walks from all `starts` at once: a [nodes, starts] array of ranks. */
function walk(
  { offsets, neighbours }: Adjacency,
  starts: Int32Array,
  { alpha, steps }: { alpha: number; steps: number },
): Float64Array {
  const [nodes, width] = [offsets.length - 1, starts.length];
  let rank = new Float64Array(nodes * width);
  let next = new Float64Array(nodes * width);
  starts.forEach((node, column) => rank[node * width + column] = 1);
  for (let step = 0; step < steps; step++) {
    next.fill(0);
    starts.forEach((node, column) => next[node * width + column] = 1 - alpha);
    for (let from = 0; from < nodes; from++) {
      const degree = offsets[from + 1] - offsets[from];
      if (degree === 0) pass(rank, next, { from, to: from, width, share: alpha });
      for (let e = offsets[from]; e < offsets[from + 1]; e++) {
        pass(rank, next, { from, to: neighbours[e], width, share: alpha / degree });
      }
    }
    [rank, next] = [next, rank];
  }
  return rank;
}

/** next[to] += share * rank[from], for every column. */
function pass(
  rank: Float64Array,
  next: Float64Array,
  { from, to, width, share }: { from: number; to: number; width: number; share: number },
): void {
  for (let column = 0, i = from * width, o = to * width; column < width; column++) {
    next[o++] += share * rank[i++];
  }
}

function copyTransposed(ranks: Float64Array, rows: Float32Array, width: number): void {
  const nodes = ranks.length / width;
  for (let node = 0; node < nodes; node++) {
    for (let column = 0; column < width; column++) rows[column * nodes + node] = ranks[node * width + column];
  }
}
