export * from "./head.ts";
export * from "./layer.ts";
export * from "./losses.ts";
export * from "./maps.ts";
export * from "./scan.ts";
export * from "./timing.ts";
