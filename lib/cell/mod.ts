export * from "./batches.ts";
export * from "./checkpoint.ts";
export * from "./config.ts";
export * from "./encoder.ts";
export * from "./losses.ts";
export * from "./model.ts";
export * from "./params.ts";
export * from "./ranking.ts";
