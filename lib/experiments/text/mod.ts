export * from "./estimate.ts";
export * from "./result.ts";
export * from "./run.ts";
export * from "./sets.ts";
export * from "./start.ts";
