import type { BinnedTable } from "./tree_bins.ts";
import { type Split, SplitSearch, type TreeOptions } from "./tree_split.ts";

/** A grown tree, node after node; node 0 is the root. */
export interface Tree {
  /** The feature that a node asks for; -1 at a leaf. */
  readonly feature: number[];
  /** Rows with a value of at most this go left. */
  readonly threshold: number[];
  /** The left child; the right one follows it. */
  readonly left: number[];
  /** Of a leaf, the share of each class. */
  readonly shares: (Float32Array | null)[];
}

/**
 * Grows a classification tree until its leaves are pure (Breiman et al. 1984): of a random choice of features, the split
 * that lowers Gini impurity most. Features that do not vary in a node count as looked at, but at least one that
 * does is found if there is any, as in scikit-learn.
 */
export function growTree(table: BinnedTable, options: TreeOptions): Tree {
  const tree: Tree = { feature: [], threshold: [], left: [], shares: [] };
  const search = new SplitSearch(table, options);
  const pending = [{ node: addNode(tree), start: 0, end: options.rows.length }];
  for (let part = pending.pop(); part; part = pending.pop()) {
    const { node, start, end } = part;
    const counts = countClasses(options, start, end);
    const split = counts.some((count) => count === end - start) ? null : search.best(counts, start, end);
    if (!split) {
      tree.shares[node] = Float32Array.from(counts, (count) => count / (end - start));
      continue;
    }
    const middle = partition(table, options.rows, { ...split, start, end });
    const left = addNode(tree);
    addNode(tree);
    tree.feature[node] = split.feature;
    tree.threshold[node] = table.edges[split.feature][split.bin];
    tree.left[node] = left;
    pending.push({ node: left + 1, start: middle, end }, { node: left, start, end: middle });
  }
  return tree;
}

/** The shares of the leaf that `row` falls into. */
export function leafOf(tree: Tree, row: Float32Array): Float32Array {
  let node = 0;
  for (let shares = tree.shares[node];; shares = tree.shares[node]) {
    if (shares) return shares;
    node = tree.left[node] + (row[tree.feature[node]] <= tree.threshold[node] ? 0 : 1);
  }
}

function addNode(tree: Tree): number {
  tree.threshold.push(0);
  tree.left.push(-1);
  tree.shares.push(null);
  return tree.feature.push(-1) - 1;
}

function countClasses({ codes, classes, rows }: TreeOptions, start: number, end: number): Int32Array {
  const counts = new Int32Array(classes);
  for (let i = start; i < end; i++) counts[codes[rows[i]]]++;
  return counts;
}

/** Brings the rows that go left to the front; where the others start. */
function partition(
  table: BinnedTable,
  rows: Int32Array,
  { feature, bin, start, end }: Split & { start: number; end: number },
): number {
  const offset = feature * table.rows;
  let middle = start;
  for (let i = start; i < end; i++) {
    if (table.codes[offset + rows[i]] > bin) continue;
    [rows[middle], rows[i]] = [rows[i], rows[middle]];
    middle++;
  }
  return middle;
}
