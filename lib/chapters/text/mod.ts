export * from "./figures.ts";
export * from "./guesses.ts";
export * from "./shipped.ts";
