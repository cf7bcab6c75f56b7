import { type GeneGraph, goNeighbours, strongestEdges, type TermTable } from "../../../ontology/mod.ts";
import { normaliseAdjacency } from "../../../nn/mod.ts";
import { dataError } from "../../../runtime/mod.ts";
import type { GeneFeatures } from "../describe/genes.ts";
import { dot } from "../../../matrix/mod.ts";
import type { PerturbationSet, PerturbationTarget } from "../set.ts";

/** The genes that a set perturbs or measures, joined by what they share in GO. */
export interface PerturbationGraph {
  /** Number of each gene. */
  readonly nodes: ReadonlyMap<string, number>;
  /** Normalised adjacency, `[nodes, nodes]`. */
  readonly go: Float32Array;
}

/**
 * The graph of a set's genes: by the Jaccard index of their terms, 20 neighbours each, above 0.1, as in GEARS; or by the cosine
 * of features, with the same limits.
 */
export function perturbationGraph(
  { perturbable, genes }: Pick<PerturbationSet, "perturbable" | "genes">,
  by: TermTable | GeneFeatures,
): PerturbationGraph {
  const names = [...new Set([...perturbable, ...genes])];
  const edges = "among" in by ? featureNeighbours(names, by) : goNeighbours(names, by);
  return {
    nodes: new Map(names.map((name, node) => [name, node])),
    go: normaliseAdjacency(edges, names.length),
  };
}

function featureNeighbours(genes: readonly string[], features: GeneFeatures): GeneGraph {
  const vectors = genes.map(features.among(genes));
  return strongestEdges(genes.length, (target, source) => {
    const [own, other] = [vectors[target], vectors[source]];
    return own && other ? Math.min(1, dot(own, other)) : 0;
  });
}

/** Numbers of the perturbed genes. @throws {KcellfmError} tag "data", when one is not in the graph. */
export function nodesOf(
  { nodes }: PerturbationGraph,
  { name, perturbed }: Pick<PerturbationTarget, "name" | "perturbed">,
): number[] {
  return perturbed.map((gene) => {
    const node = nodes.get(gene);
    if (node !== undefined) return node;
    throw dataError(
      `Cannot predict ${name}: ${gene} is not in the graph of ${nodes.size} genes; fit the model on a set that measures ` +
        `it or names it among its perturbable genes`,
    );
  });
}
