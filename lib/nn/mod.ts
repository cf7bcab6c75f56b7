export * from "./dropout.ts";
export * from "./init.ts";
export * from "./mamba2.ts";
export * from "./params.ts";
