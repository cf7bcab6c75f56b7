import { mean } from "simple-statistics";
import type { Rng } from "../runtime/mod.ts";
import { bestCommunities } from "./communities.ts";
import { type NeighbourGraph, neighbourGraph } from "./neighbour_graph.ts";
import { adjustedRandIndex, normalisedMutualInformation } from "./partitions.ts";
import { silhouettes } from "./silhouette.ts";
import { type Table, takeRows } from "../matrix/mod.ts";

/** Type and batch of each cell. */
export interface CellGroups {
  readonly types: readonly string[];
  /** Study, donor or run of each cell. */
  readonly batches: readonly string[];
}

/**
 * Separation of cell types and mixing of batches in an embedding, by the definitions of scIB (Luecken et al. 2022); each
 * score in [0, 1], more is better.
 */
export interface IntegrationScores {
  /** Normalised mutual information of types and communities, at the resolution where it is largest. */
  readonly nmi: number;
  /** Adjusted Rand index of the same communities. */
  readonly ari: number;
  /** Silhouette of the types, (s + 1) / 2. */
  readonly asw: number;
  /** 1 - |silhouette of the batches| within a type, averaged over types. */
  readonly batch_asw: number;
  /** Share of a type's cells in the largest connected part of its neighbour graph, averaged over types. */
  readonly graph_connectivity: number;
  /** Mean of nmi, ari and asw. */
  readonly avg_bio: number;
  /** Mean of batch_asw and graph_connectivity. */
  readonly avg_batch: number;
}

/** Cells that a cell is joined to, as scanpy's default. */
const NEIGHBOURS = 15;

/**
 * Scores an embedding, distances being Euclidean. Communities are Louvain's on the graph of 15 nearest neighbours (edges
 * without weights, where scanpy weighs them by UMAP's rule), at the best of 20 resolutions by NMI. Takes time and memory in
 * cells squared: sample some thousand.
 *
 * @throws {RangeError} if the numbers of points, types and batches differ.
 */
export function integrationScores(
  points: Table,
  { types, batches }: CellGroups,
  { rng }: { rng: Rng },
): IntegrationScores {
  const graph = neighbourGraph(points, NEIGHBOURS);
  if (types.length !== graph.size || batches.length !== graph.size) {
    throw new RangeError(
      `Cannot score an embedding of ${graph.size} cells: ${types.length} types and ${batches.length} batches were given`,
    );
  }
  const communities = bestCommunities(graph, types, rng);
  const nmi = normalisedMutualInformation(types, communities);
  const ari = adjustedRandIndex(types, communities);
  const asw = typeAsw(points, types);
  const batch = batchAsw(points, { types, batches });
  const connectivity = graphConnectivity(graph, types);
  return {
    nmi,
    ari,
    asw,
    batch_asw: batch,
    graph_connectivity: connectivity,
    avg_bio: (nmi + ari + asw) / 3,
    avg_batch: (batch + connectivity) / 2,
  };
}

/** Mean silhouette of the types, rescaled to (s + 1) / 2; 0.5 for cells that know nothing of their type. */
export const typeAsw = (points: Table, types: readonly string[]): number =>
  (mean([...silhouettes(points, types)]) + 1) / 2;

/**
 * 1 - |s| of the batches among the cells of one type, averaged over its cells and then over types; 1 where batches mix
 * fully. Types of one batch, or with every cell a batch of its own, take no part; NaN when none does.
 */
export function batchAsw(points: Table, { types, batches }: CellGroups): number {
  const scores = rowsByType(types).flatMap((rows) => {
    const own = rows.map((row) => batches[row]);
    const kinds = new Set(own).size;
    if (kinds < 2 || kinds === rows.length) return [];
    return mean(Array.from(silhouettes(takeRows(points, rows), own), (s) => 1 - Math.abs(s)));
  });
  return mean(scores);
}

/** The mean over types of (cells in the largest connected part of the type's own graph) / (cells of the type). */
export function graphConnectivity(graph: NeighbourGraph, types: readonly string[]): number {
  return mean(rowsByType(types).map((rows) => largestPart(graph, rows) / rows.length));
}

function largestPart({ neighbours }: NeighbourGraph, rows: readonly number[]): number {
  const left = new Set(rows);
  let largest = 0;
  for (const start of rows) {
    if (!left.delete(start)) continue;
    const part = [start];
    for (const row of part) for (const next of neighbours[row]) if (left.delete(next)) part.push(next);
    largest = Math.max(largest, part.length);
  }
  return largest;
}

const rowsByType = (types: readonly string[]): number[][] => [
  ...Map.groupBy(types.keys(), (row) => types[row]).values(),
];
