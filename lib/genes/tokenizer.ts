import type { Rng } from "../runtime/mod.ts";
import type { CsrMatrix } from "../matrix/mod.ts";

/** The value at `<pad>`, `<cls>` and masked positions (ORIGINAL section 2). */
export const PAD_VALUE = -2;
export const CLS_VALUE = 0;
export const MASK_VALUE = -1;

/** Which genes of a cell the model reads when it has more than fit. */
export interface TokenizerOptions {
  /** Tokens a cell at most, `<cls>` included. */
  readonly length: number;
  /**
   * Weight of each gene when genes compete for places, `[G]`: the `length - 1` with the largest
   * value x weight are kept, in that order. Without it they are drawn uniformly by `rng` (the paper), or, without
   * `rng` too, those with the largest values are kept; either way in the order of the cell.
   */
  readonly weights?: Float32Array;
  /** Leave drawn genes in the order of the draw, as the original does. Default false. */
  readonly drawnOrder?: boolean;
  /** Share of a cell's genes hidden at random before selection; an augmentation while training. */
  readonly hide?: number;
  /** Keep zero values too (small marker panels, where a zero is a measurement). Default false. */
  readonly keepZeros?: boolean;
  readonly rng?: Rng;
}

/** Cells as the model takes them: row-major `[cells, length]`, right-padded to the longest cell of the batch. */
export interface TokenBatch {
  readonly cells: number;
  readonly length: number;
  readonly ids: Int32Array;
  readonly values: Float32Array;
  /** Tokens of each cell before padding, `<cls>` included. */
  readonly lengths: Int32Array;
}

interface Gene {
  readonly token: number;
  readonly value: number;
  readonly rank: number;
}

/**
 * Turns log1p expression into `<cls> gene gene ...` token rows (ORIGINAL section 2).
 *
 * @param cells one column a gene of the vocabulary: G columns, `<pad>` is token G, `<cls>` G + 1
 */
export function tokenizeCells(cells: CsrMatrix, options: TokenizerOptions): TokenBatch {
  const rows = Array.from({ length: cells.rows }, (_, row) => selectGenes(cells, row, options));
  const length = 1 + Math.max(0, ...rows.map((genes) => genes.length));
  const batch: TokenBatch = {
    cells: cells.rows,
    length,
    ids: new Int32Array(cells.rows * length).fill(cells.cols),
    values: new Float32Array(cells.rows * length).fill(PAD_VALUE),
    lengths: new Int32Array(cells.rows),
  };
  rows.forEach((genes, row) => writeRow(batch, row, { genes, cls: cells.cols + 1 }));
  return batch;
}

function writeRow(batch: TokenBatch, row: number, { genes, cls }: { genes: Gene[]; cls: number }): void {
  const start = row * batch.length;
  batch.ids[start] = cls;
  batch.values[start] = CLS_VALUE;
  batch.lengths[row] = genes.length + 1;
  genes.forEach(({ token, value }, i) => {
    batch.ids[start + 1 + i] = token;
    batch.values[start + 1 + i] = value;
  });
}

function selectGenes(cells: CsrMatrix, row: number, options: TokenizerOptions): Gene[] {
  const genes = readRow(cells, row, options);
  if (options.weights) return genes.sort((a, b) => b.rank - a.rank).slice(0, options.length - 1);
  if (genes.length < options.length) return genes;
  const chosen = choose(genes, options);
  return Array.from(options.rng && options.drawnOrder ? chosen : chosen.sort(), (i) => genes[i]);
}

function choose(genes: readonly Gene[], { length, rng }: TokenizerOptions): Int32Array {
  if (rng) return rng.sample(genes.length, length - 1);
  const byValue = Int32Array.from(genes.keys()).sort((a, b) => genes[b].value - genes[a].value || a - b);
  return byValue.slice(0, length - 1);
}

function readRow(cells: CsrMatrix, row: number, options: TokenizerOptions): Gene[] {
  const { weights, hide = 0, keepZeros = false, rng } = options;
  const genes: Gene[] = [];
  for (let i = cells.indptr[row]; i < cells.indptr[row + 1]; i++) {
    const token = cells.indices[i];
    const value = cells.data[i];
    if (value === 0 && !keepZeros) continue;
    if (hide > 0 && rng && rng.uniform() < hide) continue;
    genes.push({ token, value, rank: weights ? value * weights[token] : 0 });
  }
  return genes;
}
