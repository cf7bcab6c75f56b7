import type { Rng } from "../runtime/mod.ts";
import { coreGenes, familyGenes } from "./families.ts";

/** Number of co-expressed groups of genes whose activity drifts down the ontology. */
export const MODULES = 300;

/**
 * `count` distinct symbols in alphabetical order, taken in turn from: `markers`, the genes that every cell uses,
 * the caller's vocabulary, and families of human genes. Past those come placeholders (SIM00001, ...), so that
 * nobody takes an invented gene for a real one.
 */
export function geneNames(
  markers: readonly string[],
  count: number,
  vocabulary: readonly string[] = [],
): string[] {
  const names = new Set([...markers, ...coreGenes(), ...vocabulary, ...familyGenes()]);
  for (let i = 1; names.size < count; i++) names.add(`SIM${String(i).padStart(5, "0")}`);
  return [...names].slice(0, count).sort();
}

/** Traits that do not depend on the cell type, one entry per gene. */
export interface GeneTraits {
  /** Natural log of the expression in a cell type that does nothing special, up to a constant. */
  readonly base: Float32Array;
  /** The module a gene belongs to, or -1. */
  readonly module: Int16Array;
  /** Strength and direction of the gene's response to its module. */
  readonly loading: Float32Array;
  /** Log expression in the types that the gene marks; above `base` of all but the core genes. */
  readonly markerLevel: Float32Array;
  /** Size parameter r of the negative binomial: variance = mean + mean^2 / r. */
  readonly size: Float32Array;
}

/**
 * Log expression (mean and spread over genes) and log of the dispersion's size, by kind of gene; set so that an atlas
 * of blood has about the density and the variance-to-mean ratios of the 10x PBMC 3k counts.
 */
const KINDS = {
  core: { mean: 3, sd: 0.7, logSize: 2 },
  marker: { mean: -2, sd: 0.8, logSize: 0.9 },
  other: { mean: 0, sd: 1.6, logSize: 0.9 },
} as const;

/**
 * The traits of each gene, drawn from a stream of its own name: the same gene behaves alike in every panel.
 * Markers and core genes follow no module.
 */
export function drawTraits(genes: readonly string[], markers: ReadonlySet<string>, rng: Rng): GeneTraits {
  const core = new Set(coreGenes());
  const traits: GeneTraits = {
    base: new Float32Array(genes.length),
    module: new Int16Array(genes.length),
    loading: new Float32Array(genes.length),
    markerLevel: new Float32Array(genes.length),
    size: new Float32Array(genes.length),
  };
  genes.forEach((gene, g) => {
    const stream = rng.split(`gene/${gene}`);
    const kind = core.has(gene) ? "core" : markers.has(gene) ? "marker" : "other";
    const { mean, sd, logSize } = KINDS[kind];
    traits.base[g] = mean + sd * stream.normal();
    traits.size[g] = Math.exp(logSize + 0.4 * stream.normal());
    traits.markerLevel[g] = Math.max(2.5, 3.5 + 0.5 * stream.normal());
    const follows = stream.uniform() < 0.7 && kind === "other";
    traits.module[g] = follows ? stream.int(MODULES) : -1;
    traits.loading[g] = stream.normal();
  });
  return traits;
}
