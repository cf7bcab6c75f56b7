import { createRng, type Rng } from "../runtime/mod.ts";
import { requireColumns } from "./labels.ts";
import type { FitOptions } from "./types.ts";
import type { Table } from "../matrix/mod.ts";

/** Size of a forest of regression trees. */
export interface RegressionForestOptions extends FitOptions {
  /** Trees; default 200. */
  readonly trees?: number;
}

/** A fitted regression of several outputs at once. */
export interface MultiRegression {
  /** Rows of `query` by outputs. */
  predict(query: Table): Table;
}

/** An inner node asks for a feature, a leaf holds rows of the training table. */
type Node =
  | { readonly feature: number; readonly threshold: number; readonly low: Node; readonly high: Node }
  | { readonly rows: readonly number[] };

/**
 * Random forest of regression trees with several outputs (Breiman 2001): each is grown on a bootstrap sample until its leaves
 * are pure or cannot be split, a third of the features tried a split; the split taken lowers the squared error, summed
 * over outputs, most. For tables of few rows and many outputs: the search uses only products of rows.
 */
export function fitRegressionForest(
  table: Table,
  targets: Table,
  { seed, trees = 200 }: RegressionForestOptions,
): MultiRegression {
  if (table.rows === 0 || targets.rows !== table.rows) {
    throw new RangeError(
      `Cannot fit ${table.rows} rows to ${targets.rows} targets: expected one target per row and at least one row`,
    );
  }
  const products = productsOfRows(targets);
  const rng = createRng(seed).split("regression forest");
  const forest = Array.from({ length: trees }, (_, i) => {
    const own = rng.split(i);
    return grow(Array.from({ length: table.rows }, () => own.int(table.rows)), { table, products, rng: own });
  });
  return {
    predict(query) {
      requireColumns(query, table.cols);
      const data = new Float32Array(query.rows * targets.cols);
      for (let row = 0; row < query.rows; row++) {
        const out = data.subarray(row * targets.cols, (row + 1) * targets.cols);
        for (const tree of forest) addLeaf(out, leafRows(tree, query, row), { targets, trees });
      }
      return { data, rows: query.rows, cols: targets.cols };
    },
  };
}

interface Growing {
  readonly table: Table;
  readonly products: Float64Array;
  readonly rng: Rng;
}

function grow(rows: number[], growing: Growing): Node {
  const split = rows.length > 1 ? bestSplit(rows, growing) : null;
  if (!split) return { rows };
  const { table: { data, cols } } = growing;
  const isLow = (row: number) => data[row * cols + split.feature] <= split.threshold;
  const [low, high] = [rows.filter(isLow), rows.filter((row) => !isLow(row))];
  return { ...split, low: grow(low, growing), high: grow(high, growing) };
}

/** A split of a node. */
interface Cut {
  readonly feature: number;
  readonly threshold: number;
}

/** Rows of a node: the sum of all products of two of them, and for each its products with all. */
interface Members {
  readonly rows: readonly number[];
  readonly total: number;
  readonly withAll: Float64Array;
}

/** Features are tried in random order until a third were seen and one of them splits the rows. */
function bestSplit(rows: readonly number[], { table, products, rng }: Growing): Cut | null {
  const members = membersOf(rows, products, table.rows);
  const all = members.total / rows.length;
  let best: Cut | null = null;
  let most = all + 1e-9 * Math.abs(all);
  const order = rng.sample(table.cols, table.cols);
  for (let seen = 0; seen < order.length && (seen < table.cols / 3 || !best); seen++) {
    const cut = cutOf(order[seen], members, { table, products });
    if (!cut || cut.gain <= most) continue;
    most = cut.gain;
    best = { feature: cut.feature, threshold: cut.threshold };
  }
  return best;
}

function membersOf(rows: readonly number[], products: Float64Array, size: number): Members {
  const withAll = Float64Array.from(rows, (row) => {
    let sum = 0;
    for (const other of rows) sum += products[row * size + other];
    return sum;
  });
  return { rows, withAll, total: withAll.reduce((sum, value) => sum + value, 0) };
}

/** The threshold of the largest |sum_low y|^2 / low + |sum_high y|^2 / high; null where the feature is constant. */
function cutOf(
  feature: number,
  { rows, total, withAll }: Members,
  { table, products }: Pick<Growing, "table" | "products">,
): Cut & { gain: number } | null {
  const value = (at: number) => table.data[rows[at] * table.cols + feature];
  const first = value(0);
  if (rows.every((_, at) => value(at) === first)) return null;
  const sorted = [...rows.keys()].sort((a, b) => value(a) - value(b));
  let [low, cross, best] = [0, 0, { feature, threshold: 0, gain: -Infinity }];
  for (let i = 0; i < sorted.length - 1; i++) {
    const row = rows[sorted[i]] * table.rows;
    let withLow = 0;
    for (let j = 0; j < i; j++) withLow += products[row + rows[sorted[j]]];
    low += 2 * withLow + products[row + rows[sorted[i]]];
    cross += withAll[sorted[i]];
    const [here, next] = [value(sorted[i]), value(sorted[i + 1])];
    if (here === next) continue;
    const high = total - 2 * cross + low;
    const gain = low / (i + 1) + high / (sorted.length - i - 1);
    if (gain > best.gain) best = { feature, threshold: (here + next) / 2, gain };
  }
  return best;
}

function productsOfRows({ data, rows, cols }: Table): Float64Array {
  const products = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < cols; k++) sum += data[i * cols + k] * data[j * cols + k];
      products[i * rows + j] = products[j * rows + i] = sum;
    }
  }
  return products;
}

function leafRows(tree: Node, { data, cols }: Table, row: number): readonly number[] {
  let node = tree;
  while ("feature" in node) {
    node = data[row * cols + node.feature] <= node.threshold ? node.low : node.high;
  }
  return node.rows;
}

function addLeaf(
  out: Float32Array,
  rows: readonly number[],
  { targets, trees }: { targets: Table; trees: number },
): void {
  for (const row of rows) {
    const at = row * targets.cols;
    for (let k = 0; k < out.length; k++) out[k] += targets.data[at + k] / (rows.length * trees);
  }
}
