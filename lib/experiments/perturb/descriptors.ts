import type { CellModel } from "../../cell/mod.ts";
import { nameMatcher } from "../../genes/mod.ts";
import type { TermTable } from "../../ontology/mod.ts";
import { changeTable, conditionsNamed } from "./changes.ts";
import type { PerturbationSet, PerturbationSplit, PerturbationTarget } from "./set.ts";
import { exactComponents, rowAt, unit } from "../../matrix/mod.ts";
import type { TypeVectors } from "../../text/mod.ts";

/** What is known of a perturbation before it is done, as numbers; null where nothing is. */
export type Descriptor = (target: PerturbationTarget) => Float32Array | null;

/** Makes descriptors of what a model may know: names, terms, controls, and the training conditions. */
export type DescriptorMaker = (
  set: PerturbationSet,
  split: PerturbationSplit,
  options: { readonly terms: TermTable },
) => Descriptor;

/** Vectors of genes by symbol, of the shipped cell model for one. */
export interface SymbolVectors {
  readonly width: number;
  /** Unit length; null for a gene that is not known. */
  of(gene: string): Float32Array | null;
}

/** The gene embedding of a cell model, less its mean over all genes, at unit length. */
export function symbolVectors(
  { params, vocabulary, config }: Pick<CellModel, "params" | "vocabulary" | "config">,
): SymbolVectors {
  const { width } = config;
  const values = params.genes.embedding.dataSync();
  const count = vocabulary.symbols.length;
  const mean = new Float64Array(width);
  for (let at = 0; at < count * width; at++) mean[at % width] += values[at] / count;
  const match = nameMatcher(vocabulary);
  return {
    width,
    of(gene) {
      const found = match(gene);
      if (typeof found === "string") return null;
      return unit(Float32Array.from(mean, (value, k) => values[found.token * width + k] - value));
    },
  };
}

/** Terms that at least two perturbable genes have, one column each; those of a pair are summed. */
export const byTerms: DescriptorMaker = (set, _split, { terms }) => {
  const counts = new Map<string, number>();
  for (const gene of set.perturbable) {
    for (const term of terms.get(gene) ?? []) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  const columns = [...counts].filter(([, count]) => count > 1).map(([term]) => term).sort();
  return sumOf((gene) => {
    const own = terms.get(gene);
    return own ? Float32Array.from(columns, (term) => own.has(term) ? 1 : 0) : null;
  });
};

/** Vectors of the perturbed genes, summed. */
export const byVectors = (vectors: SymbolVectors): DescriptorMaker => () => sumOf(vectors.of);

/** Components that are kept, as in Ahlmann-Eltze 2025. */
export const COMPONENTS = 10;

/** Where the perturbed genes lie among the first ten principal components of the training changes (Ahlmann-Eltze 2025). */
export const byLoadings: DescriptorMaker = (set, split) => {
  const { loadings } = exactComponents(changeTable(conditionsNamed(set, split.train)), { most: COMPONENTS });
  const columnOf = new Map(set.genes.map((gene, column) => [gene, column]));
  return sumOf((gene) => {
    const column = columnOf.get(gene);
    return column === undefined
      ? null
      : Float32Array.from({ length: loadings.rows }, (_, k) => rowAt(loadings, k)[column]);
  });
};

/** The expression of the unperturbed cells: for sets of several backgrounds. */
export const byControl: DescriptorMaker = () => ({ control }) => control.mean;

/** The ontology text vector of the background, by its name. */
export const byTypeText = (types: TypeVectors): DescriptorMaker => () => ({ control }) => {
  const row = Math.max(types.names.indexOf(control.context), types.ids.indexOf(control.context));
  return row < 0 ? null : rowAt(types, row).slice();
};

/** Sums over the perturbed genes that are known; null when none is. */
function sumOf(describe: (gene: string) => Float32Array | null): Descriptor {
  return ({ perturbed }) => {
    const known = perturbed.flatMap((gene) => describe(gene) ?? []);
    return known.length === 0 ? null : known.reduce((sum, own) => sum.map((value, k) => value + own[k]));
  };
}
