export * from "./close_names.ts";
export * from "./create.ts";
export * from "./find.ts";
export * from "./grain.ts";
export * from "./graph.ts";
export * from "./information.ts";
export { foldLabel } from "./labels.ts";
export * from "./load.ts";
export { parseObo } from "./obo.ts";
export * from "./markers.ts";
export * from "./pagerank.ts";
export * from "./restrict.ts";
export * from "./sssom.ts";
export * from "./triples.ts";
export type * from "./types.ts";
export * from "./cell_labels.ts";
export {
  fetchGoTerms,
  type GeneGraph,
  goNeighbours,
  jaccard,
  type NeighbourChoice,
  readGoTerms,
  type TermTable,
} from "./go.ts";
export { type LabelTerms, scoreLabels } from "./label_scores.ts";
