export * from "./bert.ts";
export * from "./config.ts";
export * from "./corpus.ts";
export * from "./encoder.ts";
export * from "./losses.ts";
export * from "./tokenizer.ts";
export * from "./wordpiece.ts";
