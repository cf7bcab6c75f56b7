import { type Description, sumOf } from "./descriptor.ts";
import { unit } from "../../../matrix/mod.ts";

/** Facts about genes as vectors of length one. */
export interface GeneFeatures {
  readonly name: string;
  readonly has: (gene: string) => boolean;
  /** Every gene that has a vector. */
  readonly genes: () => Iterable<string>;
  /**
   * Vectors of genes, null for one without; columns in which all of `others` are zero may be left out, which no product with
   * a vector of theirs notices.
   */
  readonly among: (others: readonly string[]) => (gene: string) => Float32Array | null;
}

/** A vector a gene, row after row. */
export interface GeneTable {
  readonly genes: readonly string[];
  readonly width: number;
  /** `[genes, width]`. */
  readonly vectors: Float32Array;
}

/** Features from a table. */
export function tableFeatures(name: string, { genes, width, vectors }: GeneTable): GeneFeatures {
  const rowOf = new Map(genes.map((gene, row) => [gene, row]));
  const of = (gene: string) => {
    const row = rowOf.get(gene);
    return row === undefined ? null : vectors.subarray(row * width, (row + 1) * width);
  };
  return { name, has: (gene) => rowOf.has(gene), genes: () => genes, among: () => of };
}

/** A table with its rows at length one; rows of zeros, which describe nothing, are left out. */
export function unitRows({ genes, width, vectors }: GeneTable): GeneTable {
  const rows = genes.map((gene, row) => ({
    gene,
    vector: unit(vectors.slice(row * width, (row + 1) * width)),
  }))
    .filter(({ vector }) => vector.some((value) => value !== 0));
  const out = new Float32Array(rows.length * width);
  rows.forEach(({ vector }, row) => out.set(vector, row * width));
  return { genes: rows.map(({ gene }) => gene), width, vectors: out };
}

/** The same features, where a gene that has none under its own name is looked up by its official symbol. */
export function withSymbols(features: GeneFeatures, symbolOf: (name: string) => string): GeneFeatures {
  const { has, among } = features;
  const nameOf = (gene: string) => has(gene) ? gene : symbolOf(gene);
  return {
    ...features,
    has: (gene) => has(nameOf(gene)),
    among: (others) => {
      const of = among(others.map(nameOf));
      return (gene) => of(nameOf(gene));
    },
  };
}

/** The name of features that are joined. */
export const JOINED = "all";

/** Vectors of several features side by side, each part of the same weight; zeros where one knows nothing of a gene. */
export function joinFeatures(parts: readonly GeneFeatures[]): GeneFeatures {
  return {
    name: JOINED,
    has: (gene) => parts.some((part) => part.has(gene)),
    genes: () => new Set(parts.flatMap((part) => [...part.genes()])),
    among(others) {
      const makers = parts.map((part) => part.among(others));
      const widths = makers.map((make) => widthOf(make, others));
      return (gene) => {
        const own = makers.map((make) => make(gene));
        if (own.every((vector) => vector === null)) return null;
        const joined = own.flatMap((vector, part) => Array.from(vector ?? new Float32Array(widths[part])));
        return unit(Float32Array.from(joined));
      };
    },
  };
}

const widthOf = (make: (gene: string) => Float32Array | null, genes: readonly string[]): number =>
  genes.map(make).find((vector) => vector !== null)?.length ?? 0;

/** Describes a perturbation by the summed vectors of its genes. */
export const byGenes = (features: GeneFeatures): Description => ({
  name: features.name,
  knows: features.has,
  prepare({ conditions }) {
    const learned = new Set(conditions.flatMap(({ perturbed }) => perturbed));
    return sumOf(features.among([...learned].sort()));
  },
});
