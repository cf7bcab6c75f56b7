export * from "./circular.ts";
export * from "./classification.ts";
export * from "./detection.ts";
export * from "./rank.ts";
export * from "./result.ts";
