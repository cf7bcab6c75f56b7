export * from "./csr.ts";
export { nearestNeighbours } from "./nearest.ts";
