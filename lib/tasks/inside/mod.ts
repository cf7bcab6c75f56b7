export * from "./head.ts";
export * from "./layer.ts";
export * from "./scan.ts";
export * from "./timing.ts";
