import type { CellSource } from "../../../data/mod.ts";
import type { CsrMatrix } from "../../../matrix/mod.ts";

/** Cells that are read at once. */
const BLOCK = 1024;
/** Number of groups of similar mean; genes are compared within a group. */
const GROUPS = 20;

/** Blocks of rows of a source with the row that each starts at. */
export function* blocksOf(source: CellSource): Generator<{ start: number; block: CsrMatrix }> {
  for (let start = 0; start < source.nObs; start += BLOCK) {
    yield { start, block: source.rows(start, Math.min(source.nObs, start + BLOCK)) };
  }
}

/** Sums of squares and values of each gene over cells. */
interface Moments {
  readonly cells: number;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/**
 * The `count` most variable genes, ascending, after Satija et al. (2015): log of variance over mean of the size-normalised
 * values, as a z score among genes of similar mean. Which cells are perturbed plays no part.
 *
 * @param normalise brings a block to log1p values
 * @param always columns that are kept in any case
 */
export function variableGenes(
  source: CellSource,
  { count, normalise, always }: {
    count: number;
    normalise: (block: CsrMatrix) => CsrMatrix;
    always: ReadonlySet<number>;
  },
): Int32Array {
  const scores = dispersionScores(momentsOf(source, normalise));
  const others = Array.from(scores.keys()).filter((gene) => !always.has(gene)).sort((a, b) =>
    scores[b] - scores[a]
  );
  return Int32Array.from([...always, ...others.slice(0, Math.max(0, count - always.size))]).sort();
}

function momentsOf(source: CellSource, normalise: (block: CsrMatrix) => CsrMatrix): Moments {
  const [sums, squares] = [new Float64Array(source.nVars), new Float64Array(source.nVars)];
  for (const { block } of blocksOf(source)) {
    const { indices, data } = normalise(block);
    for (let k = 0; k < indices.length; k++) {
      const value = Math.expm1(data[k]);
      sums[indices[k]] += value;
      squares[indices[k]] += value * value;
    }
  }
  return { cells: source.nObs, sums, squares };
}

/** -Infinity for genes that never vary. */
function dispersionScores({ cells, sums, squares }: Moments): Float64Array {
  const means = sums.map((sum) => Math.log1p(sum / cells));
  const dispersions = sums.map((sum, gene) => {
    const variance = squares[gene] / cells - (sum / cells) ** 2;
    return variance > 1e-12 ? Math.log(variance * cells / sum) : -Infinity;
  });
  const width = means.reduce((most, mean) => Math.max(most, mean), 0) / GROUPS || 1;
  const groups = Map.groupBy(
    Array.from(dispersions.keys()).filter((gene) => dispersions[gene] > -Infinity),
    (gene) => Math.min(GROUPS - 1, Math.floor(means[gene] / width)),
  );
  const scores = new Float64Array(sums.length).fill(-Infinity);
  for (const genes of groups.values()) scoreGroup(genes, dispersions, scores);
  return scores;
}

/** A gene that is alone in its group counts as one standard deviation above it, as in scanpy. */
function scoreGroup(genes: readonly number[], dispersions: Float64Array, scores: Float64Array): void {
  const mean = genes.reduce((sum, gene) => sum + dispersions[gene], 0) / genes.length;
  const squares = genes.reduce((sum, gene) => sum + (dispersions[gene] - mean) ** 2, 0);
  const sd = Math.sqrt(squares / Math.max(1, genes.length - 1));
  for (const gene of genes) scores[gene] = sd > 0 ? (dispersions[gene] - mean) / sd : 1;
}
