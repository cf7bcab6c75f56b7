export * from "./angles.ts";
export * from "./phase_scores.ts";
export * from "./phases.ts";
export * from "./read.ts";
export * from "./result.ts";
export * from "./run.ts";
export * from "./sets.ts";
export { type TwinName, TWINS } from "./twins.ts";
