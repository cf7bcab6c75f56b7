export * from "./logistic_regression.ts";
export * from "./majority.ts";
export * from "./neighbours.ts";
export * from "./standardise.ts";
export * from "./types.ts";
export { argmax, softmaxRows } from "./labels.ts";
