export * from "./angle_regression.ts";
export type { ValidatedFitOptions } from "./held_out.ts";
export * from "./logistic_regression.ts";
export * from "./majority.ts";
export * from "./neighbours.ts";
export * from "./perceptron.ts";
export * from "./pooled.ts";
export * from "./random_forest.ts";
export * from "./regression_forest.ts";
export * from "./tuned_logistic_regression.ts";
export * from "./types.ts";
export {
  fitFusion,
  fuse,
  type Fusion,
  multiplyPaths,
  PRIOR_STRENGTH,
  rareShift,
  weighPaths,
} from "./fusion.ts";
export { meanLogLoss } from "./held_out.ts";
export { geneInformativeness } from "./informativeness.ts";
export { encodeLabels, toPrediction } from "./labels.ts";
export { minimise } from "./lbfgs.ts";
export { fitLinearPath, type LinearPath, weighedScaling } from "./linear_path.ts";
export { type Split, splitCells, splitName, type SplitRule } from "./splits.ts";
