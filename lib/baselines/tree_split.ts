import type { Rng } from "../runtime/mod.ts";
import type { BinnedTable } from "./tree_bins.ts";

/** The data and settings from which a tree is grown. */
export interface TreeOptions {
  readonly codes: Int32Array;
  readonly classes: number;
  /** Rows to learn from; a row may be there more than once (bootstrap). Reordered in place. */
  readonly rows: Int32Array;
  /** Features looked at for each split. */
  readonly features: number;
  readonly rng: Rng;
}

/** Rows whose `feature` lies in `bin` or below go left. */
export interface Split {
  readonly feature: number;
  readonly bin: number;
  /** sum_k left_k^2 / left + sum_k right_k^2 / right: largest where Gini impurity is least. */
  readonly gain: number;
}

/** Finds the best split of a node, in work space that all nodes of a tree share. */
export class SplitSearch {
  readonly #order: Int32Array;
  readonly #histogram: Int32Array;
  readonly #left: Int32Array;

  constructor(readonly table: BinnedTable, readonly options: TreeOptions) {
    const bins = 1 + table.edges.reduce((most, cuts) => Math.max(most, cuts.length), 0);
    this.#order = Int32Array.from({ length: table.cols }, (_, j) => j);
    this.#histogram = new Int32Array(bins * options.classes);
    this.#left = new Int32Array(options.classes);
  }

  /** The best split of rows [start, end), whose classes count `counts`; null where no feature varies. */
  best(counts: Int32Array, start: number, end: number): Split | null {
    const { cols } = this.table;
    const { features, rng } = this.options;
    const order = this.#order;
    let best: Split | null = null;
    for (let seen = 0; seen < cols && (seen < features || !best); seen++) {
      const at = seen + rng.int(cols - seen);
      [order[seen], order[at]] = [order[at], order[seen]];
      const { low, high } = this.#count(order[seen], start, end);
      if (low === high) continue;
      const split = this.#scan(order[seen], counts, { low, high, size: end - start });
      if (!best || split.gain > best.gain) best = split;
    }
    return best;
  }

  /** Counts classes by bin of a feature; the lowest and the highest bin that is filled. */
  #count(feature: number, start: number, end: number): { low: number; high: number } {
    const { codes, classes, rows } = this.options;
    const offset = feature * this.table.rows;
    const histogram = this.#histogram.fill(0);
    let [low, high] = [Infinity, -1];
    for (let i = start; i < end; i++) {
      const bin = this.table.codes[offset + rows[i]];
      histogram[bin * classes + codes[rows[i]]]++;
      if (bin < low) low = bin;
      if (bin > high) high = bin;
    }
    return { low, high };
  }

  #scan(
    feature: number,
    counts: Int32Array,
    { low, high, size }: { low: number; high: number; size: number },
  ): Split {
    const left = this.#left.fill(0);
    let best: Split = { feature, bin: low, gain: -1 };
    for (let bin = low, seen = 0, last = low; bin <= high; bin++) {
      const here = this.#histogram.subarray(bin * left.length, (bin + 1) * left.length);
      const cells = sum(here);
      if (cells === 0) continue;
      const gain = seen > 0 ? purity(left, counts, { seen, size }) : -1;
      if (gain > best.gain) best = { feature, bin: (last + bin - 1) >> 1, gain }; // midway between filled bins
      for (let k = 0; k < left.length; k++) left[k] += here[k];
      seen += cells;
      last = bin;
    }
    return best;
  }
}

function sum(counts: Int32Array): number {
  let total = 0;
  for (let k = 0; k < counts.length; k++) total += counts[k];
  return total;
}

function purity(
  left: Int32Array,
  counts: Int32Array,
  { seen, size }: { seen: number; size: number },
): number {
  let [leftSquares, rightSquares] = [0, 0];
  for (let k = 0; k < left.length; k++) {
    leftSquares += left[k] ** 2;
    rightSquares += (counts[k] - left[k]) ** 2;
  }
  return leftSquares / seen + rightSquares / (size - seen);
}
