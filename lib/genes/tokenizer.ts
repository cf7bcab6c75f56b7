import type { Rng } from "../runtime/mod.ts";
import type { CsrMatrix } from "../matrix/mod.ts";

/** The value at `<pad>`, `<cls>` and masked positions (ORIGINAL section 2). */
export const PAD_VALUE = -2;
export const CLS_VALUE = 0;
export const MASK_VALUE = -1;

/** Options for choosing the genes of a cell that the model reads if not all fit. */
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
  /** Whole profiles ({@linkcode profileCells}), row after row, for a model that reads them beside the tokens. */
  readonly profiles?: Float32Array;
}

/**
 * Turns log1p expression into `<cls> gene gene ...` token rows (ORIGINAL section 2).
 *
 * @param cells one column a gene of the vocabulary: G columns, `<pad>` is token G, `<cls>` G + 1
 */
export function tokenizeCells(cells: CsrMatrix, options: TokenizerOptions): TokenBatch {
  const most = options.length - 1;
  const longest = longestRow(cells);
  const genes = genesOf(longest);
  const stride = 1 + Math.min(most, longest);
  const ids = new Int32Array(cells.rows * stride).fill(cells.cols);
  const values = new Float32Array(cells.rows * stride).fill(PAD_VALUE);
  const lengths = new Int32Array(cells.rows);
  for (let row = 0; row < cells.rows; row++) {
    readRow(genes, cells, { row, options });
    const chosen = choose(genes, options);
    const start = row * stride;
    ids[start] = cells.cols + 1;
    values[start] = CLS_VALUE;
    chosen.forEach((gene, i) => {
      ids[start + 1 + i] = genes.tokens[gene];
      values[start + 1 + i] = genes.values[gene];
    });
    lengths[row] = chosen.length + 1;
  }
  const length = Math.max(1, ...lengths);
  return {
    cells: cells.rows,
    length,
    ids: narrow(ids, stride, length),
    values: narrow(values, stride, length),
    lengths,
  };
}

/** The first `length` of every `stride` numbers. */
function narrow<T extends Int32Array | Float32Array>(numbers: T, stride: number, length: number): T {
  const rows = numbers.length / stride;
  for (let row = 1; row < rows; row++) {
    numbers.copyWithin(row * length, row * stride, row * stride + length);
  }
  return numbers.slice(0, rows * length) as T;
}

/** The genes of one cell that may be read; the arrays are as long as the longest cell and are filled anew for each. */
interface Genes {
  readonly tokens: Int32Array;
  readonly values: Float32Array;
  /** value x weight, where genes are weighed. */
  readonly ranks: Float64Array;
  /** Room for {@linkcode largest}. */
  readonly order: Float64Array;
  count: number;
}

const genesOf = (longest: number): Genes => ({
  tokens: new Int32Array(longest),
  values: new Float32Array(longest),
  ranks: new Float64Array(longest),
  order: new Float64Array(longest),
  count: 0,
});

function longestRow({ rows, indptr }: CsrMatrix): number {
  let longest = 0;
  for (let row = 0; row < rows; row++) longest = Math.max(longest, indptr[row + 1] - indptr[row]);
  return longest;
}

function readRow(
  genes: Genes,
  cells: CsrMatrix,
  { row, options }: { row: number; options: TokenizerOptions },
): void {
  const { weights, hide = 0, keepZeros = false, rng } = options;
  genes.count = 0;
  for (let i = cells.indptr[row]; i < cells.indptr[row + 1]; i++) {
    const [token, value] = [cells.indices[i], cells.data[i]];
    if (value === 0 && !keepZeros) continue;
    if (hide > 0 && rng && rng.uniform() < hide) continue;
    genes.tokens[genes.count] = token;
    genes.values[genes.count] = value;
    if (weights) genes.ranks[genes.count] = value * weights[token];
    genes.count++;
  }
}

/** Places of the chosen genes, in the order in which they are read. */
function choose(genes: Genes, { length, weights, rng, drawnOrder }: TokenizerOptions): Int32Array {
  const { count } = genes;
  if (weights) return largestFirst(genes, length - 1);
  if (count < length) return Int32Array.from({ length: count }, (_, i) => i);
  if (!rng) return largest(genes.values, genes, length - 1);
  const drawn = rng.sample(count, length - 1);
  return drawnOrder ? drawn : drawn.sort();
}

/** Places of the `most` genes of the highest rank, best first; of equal ones the first is first. */
function largestFirst(genes: Genes, most: number): Int32Array {
  const { ranks, count } = genes;
  const sorted = genes.order.subarray(0, count);
  const chosen = largest(ranks, genes, most);
  if (count <= most) {
    sorted.set(ranks.subarray(0, count));
    sorted.sort();
  }
  const ordered = new Int32Array(chosen.length).fill(-1);
  for (const place of chosen) {
    let at = count - upperBound(sorted, ranks[place]);
    while (ordered[at] >= 0) at++; // taken by an equal one before
    ordered[at] = place;
  }
  return ordered;
}

/** Number of entries of an ascending list that are at most `value`. */
function upperBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Places of the `most` largest of a cell's numbers, ascending; of equal ones the first. Leaves them sorted in `order`. */
function largest(
  numbers: Float32Array | Float64Array,
  { count, order }: Pick<Genes, "count" | "order">,
  most: number,
): Int32Array {
  const chosen = new Int32Array(Math.min(count, most));
  if (count <= most) return chosen.map((_, i) => i);
  const sorted = order.subarray(0, count);
  sorted.set(numbers.subarray(0, count));
  sorted.sort();
  const bound = sorted[count - most];
  let equal = most;
  for (let i = count - 1; i >= 0 && sorted[i] > bound; i--) equal--;
  for (let i = 0, kept = 0; kept < most; i++) {
    if (numbers[i] > bound || (numbers[i] === bound && equal-- > 0)) chosen[kept++] = i;
  }
  return chosen;
}
