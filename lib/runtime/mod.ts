export * from "./atomic.ts";
export * from "./backend.ts";
export * from "./errors.ts";
export * from "./facts.ts";
export * from "./hash.ts";
export * from "./json.ts";
export * from "./paths.ts";
export * from "./random.ts";
