export * from "./csr.ts";
export * from "./frame.ts";
export { nearestNeighbours } from "./nearest.ts";
