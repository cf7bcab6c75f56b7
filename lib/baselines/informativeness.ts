import type { CsrMatrix } from "../matrix/mod.ts";

/** Cells with the class of each; -1 for none. */
export interface LabelledBatch {
  readonly cells: CsrMatrix;
  readonly classes: Int32Array;
}

/**
 * Share of each gene's variance that lies between cell types: eta squared of a one-way analysis of variance of its
 * log1p values, adjusted for the number of types (`1 - (1 - eta2)(n - 1)/(n - k)`, Ezekiel 1930), over labelled cells
 * read once. 0 for genes that do not tell types apart, 1 for perfect markers. Give the cells of one study:
 * between studies a gene also varies by technology.
 *
 * A cell often expresses more genes than a model reads; those with a large value x informativeness go in first.
 *
 * @returns `[genes]`
 */
export function geneInformativeness(
  batches: Iterable<LabelledBatch>,
  { genes, classes }: { genes: number; classes: number },
): Float32Array {
  const cells = new Float64Array(classes);
  const sums = new Float64Array(classes * genes);
  const squares = new Float64Array(genes);
  for (const batch of batches) accumulate(batch, { genes, cells, sums, squares });
  return Float32Array.from({ length: genes }, (_, gene) => etaSquared(gene, { genes, cells, sums, squares }));
}

interface Moments {
  readonly genes: number;
  readonly cells: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

function accumulate({ cells, classes }: LabelledBatch, moments: Moments): void {
  classes.forEach((label, row) => {
    if (label < 0) return;
    moments.cells[label]++;
    for (let i = cells.indptr[row]; i < cells.indptr[row + 1]; i++) {
      const value = cells.data[i];
      moments.sums[label * moments.genes + cells.indices[i]] += value;
      moments.squares[cells.indices[i]] += value * value;
    }
  });
}

function etaSquared(gene: number, { genes, cells, sums, squares }: Moments): number {
  let total = 0;
  let count = 0;
  let between = 0;
  let types = 0;
  cells.forEach((n, label) => {
    if (n === 0) return;
    const sum = sums[label * genes + gene];
    total += sum;
    count += n;
    types++;
    between += sum * sum / n;
  });
  if (count <= types) return 0;
  const centre = total * total / count;
  const variance = squares[gene] - centre;
  if (variance < 1e-9) return 0;
  const within = 1 - (between - centre) / variance;
  return Math.min(1, Math.max(0, 1 - within * (count - 1) / (count - types)));
}
