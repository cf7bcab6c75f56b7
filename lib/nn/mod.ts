export * from "./batch_norm.ts";
export * from "./dropout.ts";
export * from "./init.ts";
export * from "./limit_rows.ts";
export * from "./mamba2.ts";
export * from "./mlp.ts";
export * from "./params.ts";
export * from "./sgconv.ts";
