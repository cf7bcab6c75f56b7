/** Names under which tables keep annotations of cells: totals, shares, clusters, places, shapes, ids. */
const ANNOTATION = new RegExp(
  "^(" + [
    "n_?(counts?|features?|genes?|umis?|reads?|transcripts?)([._].*)?",
    "(log1p_)?(total|n)_(counts|umis?|genes|features).*",
    "transcript_?counts?|(control|unassigned|deprecated|genomic)_.*counts?",
    "(pct|percent)[._].*|.*[._](pct|percent)|(mito|ribo)\\w*",
    "leiden.*|louvain.*|(seurat_)?clusters?([._].*)?|.*_snn_res.*",
    "[xyz]|[xyz]_.*|.*_[xyz]|.*cent(er|re|roid)_?[xyz]\\b.*|cent(er|re|roid)[xyz].*",
    "(umap|tsne|t-sne)[._ -]?\\d+|(pca?|dim)[._ -]\\d+",
    "fov|cell[._ ]?(id|index|area)|nucleus[._]\\w+|unnamed: ?\\d+|index|barcodes?",
    "area([._].*)?|aspect_?ratio|width|height|volume|perimeter.*|solidity|eccentricity|anisotropy",
    "(mean|max|min|median)[._].*|dapi",
    "doublet.*|scrublet.*|.*_?scores?|s[._]score|g2m[._]score|size_?factors?|pseudotime",
    "batch|sample(_?id)?|donor(_?id)?|patient(_?id)?|replicate|orig\\.ident|timepoint|\\d+",
  ].join("|") + ")$",
  "i",
);

/** Tables of fewer columns may be stains of a panel, whose names follow no rule. */
const LEAST_COLUMNS = 150;
/** Share of the columns that have to be written as genes are before the others are taken for annotations. */
const MOSTLY_GENES = 0.8;

/** Genes as human (CD3E, C1orf162, RP11-34P13.7) and mouse ones (Cd3e) are written. */
const HUMAN = /^([A-Z0-9][A-Z0-9.:@-]*|C(\d+|X|Y)orf\d+)$/;
const MOUSE = /^[A-Z0-9][A-Za-z0-9.()-]*$/;
/** Genes that begin with a small letter: mitochondrial ones of mouse, small RNAs. */
const SMALL_GENE = /^(mt-|hsa-|sno|uc[-_.]|mir)/;
/** Words beside human genes: "Score", "AspectRatio", "Mean.PanCK", "Total_counts"; clones such as XXbac-B135H6 are genes. */
const WORDS = /^(?!XX(bac|yac|cos))(([A-Z][a-z]+)+|[A-Za-z]*[a-z][_. %].*)$/;

/**
 * Which columns of numbers annotate the cells, by their names: those under which tables keep annotations, and in a table
 * that is mostly of genes those that are written as words.
 *
 * @returns true for each column that is no gene
 */
export function annotationColumns(names: readonly string[]): boolean[] {
  const usual = names.map((name) => ANNOTATION.test(name));
  const isWord = wordRule(names.filter((_, i) => !usual[i]));
  return names.map((name, i) => usual[i] || isWord(name));
}

function wordRule(names: readonly string[]): (name: string) => boolean {
  const share = (style: RegExp) => names.filter((name) => style.test(name)).length / names.length;
  const small = (name: string) => /^[a-z]/.test(name) && !SMALL_GENE.test(name);
  if (names.length < LEAST_COLUMNS) return () => false;
  if (share(HUMAN) >= MOSTLY_GENES) return (name) => small(name) || WORDS.test(name);
  return share(MOUSE) >= MOSTLY_GENES ? small : () => false;
}

/** True for names that are written as genes or barcodes are, and no word is. */
export const isWrittenAsGene = (name: string): boolean =>
  HUMAN.test(name) || MOUSE.test(name) && /\d/.test(name);
