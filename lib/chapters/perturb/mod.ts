export * from "./figures.ts";
export * from "./walkthrough.ts";
