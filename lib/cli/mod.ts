export * from "./flags.ts";
export * from "./progress.ts";
export * from "./run.ts";
