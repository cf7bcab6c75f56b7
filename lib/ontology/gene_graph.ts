/** A directed graph of genes, one entry an edge; no gene is its own neighbour. */
export interface GeneGraph {
  readonly source: Int32Array;
  readonly target: Int32Array;
  /** Similarity of the two, in (0, 1]. */
  readonly weight: Float32Array;
}

/** Options for choosing neighbours. */
export interface NeighbourChoice {
  /** Most neighbours of a gene; default 20, as in GEARS. */
  readonly k?: number;
  /** Neighbours are more similar than this; default 0.1, as in GEARS. */
  readonly above?: number;
}

/**
 * For each gene (edges' target) the `k` others (source) of highest weight above a bound; of equal ones the earlier.
 *
 * @param genes number of genes; edges hold their places
 */
export function strongestEdges(
  genes: number,
  weightOf: (target: number, source: number) => number,
  { k = 20, above = 0.1 }: NeighbourChoice = {},
): GeneGraph {
  const places = Array.from({ length: genes }, (_, gene) => gene);
  const edges = places.flatMap((target) =>
    places
      .map((source) => ({ source, target, weight: source === target ? 0 : weightOf(target, source) }))
      .filter(({ weight }) => weight > above)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, k)
  );
  return {
    source: Int32Array.from(edges, ({ source }) => source),
    target: Int32Array.from(edges, ({ target }) => target),
    weight: Float32Array.from(edges, ({ weight }) => weight),
  };
}
