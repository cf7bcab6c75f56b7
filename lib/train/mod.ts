export * from "./loop.ts";
export * from "./reducer.ts";
export * from "./replica.ts";
export * from "./schedule.ts";
export * from "./types.ts";
export * from "./workers.ts";
export { batchRng, computeGradients, readScores } from "./gradients.ts";
