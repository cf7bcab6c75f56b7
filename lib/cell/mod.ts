export * from "./batches.ts";
export * from "./checkpoint.ts";
export * from "./config.ts";
export * from "./encoder.ts";
export * from "./grain.ts";
export * from "./losses.ts";
export * from "./model.ts";
export * from "./naming.ts";
export * from "./original.ts";
export * from "./original_names.ts";
export * from "./params.ts";
export * from "./parts.ts";
export * from "./published.ts";
export * from "./ranking.ts";
export { hasSeen } from "./seen.ts";
export * from "./shapes.ts";
export {
  type Candidates,
  embedAll,
  type EmbeddedFile,
  type Embedder,
  modelEmbedder,
} from "./embedding/embedder.ts";
export * from "./whole_profile.ts";
export { startEmbedWorkers } from "./embedding/parallel.ts";
export { type CellMap, mapCells, placeCells } from "./embedding/umap.ts";
export { FEATURE_GENES, informativeGenes, readFeatures, readUnitFeatures, sharedGenes } from "./features.ts";
export { convertOriginal, openCellModel, ORIGINAL_DATASETS, originalVocabulary } from "./open_model.ts";
