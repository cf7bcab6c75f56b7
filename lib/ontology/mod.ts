export * from "./create.ts";
export * from "./find.ts";
export * from "./graph.ts";
export { foldLabel } from "./labels.ts";
export * from "./load.ts";
export { parseObo } from "./obo.ts";
export * from "./pagerank.ts";
export * from "./triples.ts";
export type * from "./types.ts";
