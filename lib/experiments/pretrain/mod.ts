export * from "./evaluate.ts";
export * from "./experiment.ts";
export * from "./parallel.ts";
export * from "./sets.ts";
export * from "./sources.ts";
export * from "./space.ts";
export * from "./train.ts";
