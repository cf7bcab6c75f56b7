export * from "./calibration.ts";
export * from "./few_labels.ts";
export * from "./methods.ts";
export * from "./result.ts";
export * from "./rivals.ts";
export * from "./run.ts";
export * from "./sets.ts";
export * from "./unknown.ts";
