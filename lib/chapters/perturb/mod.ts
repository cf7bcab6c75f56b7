export * from "./ask.ts";
export * from "./figures.ts";
export * from "./walkthrough.ts";
