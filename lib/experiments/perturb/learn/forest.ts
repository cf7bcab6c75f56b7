import { fitRegressionForest } from "../../../baselines/mod.ts";
import type { Learner } from "./learner.ts";

/** Trees, and those of a forest that is only tried. */
const TREES = 200;
const TRIED = 50;

/** A random forest on descriptors (Csendes 2025). */
export const forest: Learner = {
  settings: [{}],
  powers: [0, 1],
  least: 2,
  prepare: ({ rows, seed, trial }) => (changes) => {
    const fitted = fitRegressionForest(tableOf(rows), changes, { seed, trees: trial ? TRIED : TREES });
    return (own) => fitted.predict(tableOf([own])).data;
  },
};

function tableOf(rows: readonly Float32Array[]) {
  const cols = rows[0].length;
  const data = new Float32Array(rows.length * cols);
  rows.forEach((row, at) => data.set(row, at * cols));
  return { data, rows: rows.length, cols };
}
