export * from "./conditions.ts";
export * from "./differential.ts";
export * from "./read.ts";
export * from "./sets.ts";
export * from "./split_file.ts";
export * from "./splits.ts";
export * from "./types.ts";
