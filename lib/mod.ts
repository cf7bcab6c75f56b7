/**
 * KCellFM as a library: open cells, name their types, embed them, and look types up in the Cell Ontology.
 *
 * Everything else of `lib` can be imported from its own folder; only what is here is kept stable.
 *
 * @module
 */
export {
  type CellEmbeddings,
  type CellModel,
  disposeModel,
  embedCells,
  loadCellCheckpoint,
} from "./cell/mod.ts";
export { openCells, type OpenOptions } from "./data/open.ts";
export type { CellSource, CsrMatrix } from "./data/types.ts";
export { findTerm, type FoundTerm, loadOntology, type Ontology, type Term } from "./ontology/mod.ts";
export { type Backend, type ErrorTag, KcellfmError, startBackend } from "./runtime/mod.ts";
export { annotateFile, type AnnotateFileOptions } from "./tasks/annotate_file.ts";
export {
  type Annotation,
  obsColumns,
  readCells,
  type ReadChoice,
  type ReadFile,
} from "./tasks/annotation/mod.ts";
