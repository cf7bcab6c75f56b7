export { simulateAtlas } from "./atlas.ts";
export type { CellPlan, Population } from "./cells.ts";
export { simulateCells } from "./cells.ts";
export { inheritedMarkers } from "./programs.ts";
export type { SimulatedPair } from "./pair.ts";
export { simulatePair } from "./pair.ts";
export type * from "./types.ts";
export type { WriteAtlasOptions } from "./write.ts";
export { writeAtlas } from "./write.ts";
