export * from "./hidden_genes.ts";
export * from "./original_cells.ts";
export * from "./scores.ts";
export * from "./sources.ts";
