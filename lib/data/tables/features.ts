import type { FrameColumns } from "../../matrix/mod.ts";

/** Rows of a 10x feature table. */
export interface Features {
  readonly ids: readonly string[];
  readonly names: readonly string[];
  /** "Gene Expression", "Antibody Capture", ...; absent in the older layouts, which have genes only. */
  readonly types?: readonly string[];
}

const GENES = "Gene Expression";
/** Feature types that Cell Ranger measures beside genes. */
const NOT_GENES = /antibody|crispr|guide|custom|multiplex|hashtag|peaks|antigen/i;

/**
 * The features that are genes, where a file mixes them with antibodies or guides; null where all are. Types that nobody but
 * the file knows ("unknown", a chromosome) leave all features genes.
 */
export function geneColumns({ types }: Features): Int32Array | null {
  if (!types) return null;
  const isGene = types.includes(GENES)
    ? (type: string) => type === GENES
    : (type: string) => !NOT_GENES.test(type);
  if (types.every(isGene)) return null;
  return Int32Array.from(types.keys().filter((i) => isGene(types[i])));
}

/** The features that `keep` lists, or all. */
export function selectFeatures({ ids, names, types }: Features, keep: Int32Array | null): Features {
  if (!keep) return { ids, names, types };
  const pick = (values: readonly string[]) => Array.from(keep, (i) => values[i]);
  return { ids: pick(ids), names: pick(names), ...(types && { types: pick(types) }) };
}

/** The columns of var, under scanpy's names. */
export const featureColumns = ({ ids, types }: Features): FrameColumns => ({
  gene_ids: ids,
  ...(types && { feature_types: types }),
});
