import { createRng } from "../runtime/mod.ts";
import { encodeLabels, requireColumns, toPrediction } from "./labels.ts";
import { growTree, leafOf } from "./tree.ts";
import { binFeatures } from "./tree_bins.ts";
import type { Classifier, FitOptions } from "./types.ts";
import { rowAt, type Table } from "../matrix/mod.ts";

/** Size of a forest. */
export interface ForestOptions extends FitOptions {
  /** Trees; default 300. */
  readonly trees?: number;
  /** Values that a split can choose from, at most 256; default 64. */
  readonly bins?: number;
}

/**
 * Random forest (Breiman 2001): each tree is grown to pure leaves on a bootstrap sample of the rows, with
 * sqrt(features) features tried a split; probabilities are the mean of the trees' leaf shares. It is
 * scikit-learn's RandomForestClassifier but for thresholds, which lie between the bins of a feature.
 */
export function fitRandomForest(
  table: Table,
  labels: readonly string[],
  { seed, trees = 300, bins = 64 }: ForestOptions,
): Classifier {
  const { classes, codes } = encodeLabels(table, labels);
  const binned = binFeatures(table, bins);
  const rng = createRng(seed).split("random forest");
  const features = Math.max(1, Math.floor(Math.sqrt(table.cols)));
  const forest = Array.from({ length: trees }, (_, i) => {
    const own = rng.split(i);
    const rows = Int32Array.from({ length: table.rows }, () => own.int(table.rows));
    return growTree(binned, { codes, classes: classes.length, rows, features, rng: own });
  });
  return {
    classes,
    predict(query) {
      requireColumns(query, table.cols);
      const probabilities = new Float32Array(query.rows * classes.length);
      for (let i = 0; i < query.rows; i++) {
        const row = rowAt(query, i);
        const shares = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
        for (const tree of forest) leafOf(tree, row).forEach((share, k) => shares[k] += share / trees);
      }
      return toPrediction(classes, probabilities);
    },
  };
}
