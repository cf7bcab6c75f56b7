export * from "./build.ts";
export * from "./cells.ts";
export * from "./informativeness.ts";
export * from "./masking.ts";
export * from "./match.ts";
export * from "./names.ts";
export * from "./tokenizer.ts";
export * from "./vocabulary.ts";
