export * from "./example.ts";
export * from "./frames.ts";
export * from "./shipped.ts";
