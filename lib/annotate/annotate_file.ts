import { type CellModel, modelEmbedder } from "../cell/mod.ts";
import { loadOntology, type Ontology } from "../ontology/mod.ts";
import { versions } from "../runtime/mod.ts";
import { annotate, type Annotation } from "./annotate.ts";
import { checkOutputs, writeAnnotation } from "./write.ts";
import type { ReadChoice } from "./read.ts";

/** How to annotate a file; only the model has to be given. */
export interface AnnotateFileOptions {
  /** Of {@linkcode loadCellCheckpoint}. */
  readonly model: CellModel;
  /** A labelled file to learn from; without it cells are named by the ontology text of the types. */
  readonly reference?: string;
  /** Column of the reference's obs that holds its labels; default `cell_type`. */
  readonly labelKey?: string;
  /** Which matrix of the file to read, and what its values are; default: X, and what they look like. */
  readonly choice?: ReadChoice;
  /** Where to write the answer, `.h5ad`, `.csv` or `.tsv`; default: nowhere. */
  readonly out?: string;
  /** Default: the one built in. */
  readonly ontology?: Ontology;
  /** Default 42. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Called after each batch of cells with the name of the file that is being embedded. */
  readonly onProgress?: (file: string, done: number, total: number) => void;
}

/**
 * Names the type of every cell of a file (`.h5ad`, 10x `.h5`, a MatrixMarket folder, `.csv` or `.tsv`), as
 * `deno task annotate` does, on one thread; see {@linkcode obsColumns} for the names. Start the backend first.
 *
 * @throws {KcellfmError} when a file cannot be used or written, in one line that says what to do.
 */
export async function annotateFile(path: string, options: AnnotateFileOptions): Promise<Annotation> {
  const { model, reference, labelKey = "cell_type", choice, out, seed = 42, signal, onProgress } = options;
  if (out !== undefined) checkOutputs({ input: path, out });
  const request = { input: path, choice, ...(reference ? { reference: { path: reference, labelKey } } : {}) };
  const ontology = options.ontology ?? await loadOntology(null);
  const context = { embedder: modelEmbedder(model), ontology, seed, signal, onProgress };
  const annotation = await annotate(request, context);
  if (out !== undefined) await writeAnnotation(annotation, { input: path, out, choice }, versions());
  return annotation;
}
