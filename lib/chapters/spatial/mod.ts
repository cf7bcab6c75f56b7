export * from "./errors.ts";
export * from "./maps.ts";
export * from "./run.ts";
export * from "./shares.ts";
