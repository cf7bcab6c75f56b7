export * from "./figures.ts";
export * from "./shipped.ts";
