export * from "./bootstrap.ts";
export * from "./circular.ts";
export * from "./classification.ts";
export * from "./detection.ts";
export * from "./energy.ts";
export * from "./rank.ts";
export * from "./rank_sum.ts";
export * from "./result.ts";
