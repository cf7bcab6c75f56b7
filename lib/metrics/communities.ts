import { UndirectedGraph } from "graphology";
import louvain from "graphology-communities-louvain";
import type { Rng } from "../runtime/mod.ts";
import type { NeighbourGraph } from "./neighbour_graph.ts";
import { normalisedMutualInformation } from "./partitions.ts";

/** Its types are those of an ES module, its code is CommonJS: what arrives as the default is the function itself. */
const runLouvain = louvain as unknown as typeof louvain.default;

/** Resolutions that are tried, as scIB's default: 0.1 to 2 by tenths. */
const RESOLUTIONS = Array.from({ length: 20 }, (_, i) => (i + 1) / 10);

/**
 * Communities of the graph by Louvain's method (Blondel et al. 2008); a larger resolution gives more and smaller ones.
 *
 * @returns the community of every point, numbered from 0
 */
export function communities(
  graph: NeighbourGraph,
  { resolution, rng }: { resolution: number; rng: Rng },
): number[] {
  return divide(toGraphology(graph), { resolution, rng });
}

/** The communities of the best of 20 resolutions: that of the largest NMI with the labels (scIB's `opt_louvain`). */
export function bestCommunities(graph: NeighbourGraph, labels: readonly string[], rng: Rng): number[] {
  const shared = toGraphology(graph);
  const tried = RESOLUTIONS.map((resolution) => {
    const found = divide(shared, { resolution, rng: rng.split(resolution) });
    return { found, nmi: normalisedMutualInformation(labels, found) };
  });
  return tried.reduce((best, next) => next.nmi > best.nmi ? next : best).found;
}

function divide(graph: UndirectedGraph, { resolution, rng }: { resolution: number; rng: Rng }): number[] {
  const found = runLouvain(graph, { resolution, rng: rng.uniform, getEdgeWeight: null });
  return Array.from({ length: graph.order }, (_, row) => found[row]);
}

function toGraphology({ neighbours }: NeighbourGraph): UndirectedGraph {
  const graph = new UndirectedGraph();
  neighbours.forEach((_, row) => graph.addNode(row));
  neighbours.forEach((others, row) =>
    others.filter((other) => other > row).forEach((other) => graph.addEdge(row, other))
  );
  return graph;
}
