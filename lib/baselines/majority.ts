import { encodeLabels, requireColumns, toPrediction } from "./labels.ts";
import type { FitClassifier } from "./types.ts";

/** Says the most frequent class of the training labels of every cell: the floor that any method must clear. */
export const fitMajority: FitClassifier = (table, labels) => {
  const { classes, codes } = encodeLabels(table, labels);
  const shares = new Float32Array(classes.length);
  for (const code of codes) shares[code] += 1 / codes.length;
  return {
    classes,
    predict(query) {
      requireColumns(query, table.cols);
      const probabilities = new Float32Array(query.rows * classes.length);
      for (let i = 0; i < query.rows; i++) probabilities.set(shares, i * classes.length);
      return toPrediction(classes, probabilities);
    },
  };
};
