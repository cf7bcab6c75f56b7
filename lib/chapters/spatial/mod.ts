export * from "./error_figures.ts";
export * from "./figures.ts";
export * from "./walkthrough.ts";
