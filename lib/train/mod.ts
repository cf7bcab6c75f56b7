export * from "./loop.ts";
export * from "./schedule.ts";
export * from "./types.ts";
