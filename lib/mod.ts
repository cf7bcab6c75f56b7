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
export { type CellSource, openCells, type OpenOptions } from "./data/mod.ts";
export { type CsrMatrix, Frame } from "./matrix/mod.ts";
export { readObs } from "./notebook/mod.ts";
export { findTerm, type FoundTerm, loadOntology, type Ontology, type Term } from "./ontology/mod.ts";
export { type Backend, type ErrorTag, KcellfmError, startBackend } from "./runtime/mod.ts";
export {
  type AnnotatedFile,
  annotateFile,
  type AnnotateFileOptions,
  type Annotation,
  obsColumns,
  readCells,
  type ReadChoice,
  type ReadFile,
} from "./annotate/mod.ts";
