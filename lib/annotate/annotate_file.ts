import { type Candidates, type CellModel, modelEmbedder, startEmbedWorkers } from "../cell/mod.ts";
import { engineName } from "../kernels/mod.ts";
import { type RunFacts, startRun } from "../metrics/mod.ts";
import { loadOntology } from "../ontology/mod.ts";
import { writeFileAtomically } from "../runtime/mod.ts";
import * as tf from "../tensor/mod.ts";
import { annotate, type AnnotateContext, type AnnotateRequest, type Annotation } from "./annotate.ts";
import { writeAnnotationSchema } from "./annotation_schema.ts";
import { renderReport } from "./report/mod.ts";
import { checkOutputs, writeAnnotation } from "./write.ts";

/** Options for annotating a file; only the model is required. */
export interface AnnotateFileOptions
  extends
    Pick<AnnotateRequest, "choice" | "truthKey" | "confidence" | "clusterKey" | "among">,
    Partial<Pick<AnnotateContext, "ontology" | "seed" | "helps" | "signal" | "onProgress">> {
  /** Of {@linkcode loadCellCheckpoint}. */
  readonly model: CellModel;
  /** A labelled file to learn from; without it cells are named by the ontology text of the types. */
  readonly reference?: string;
  /** Column of the reference's obs that holds its labels; default `cell_type`. */
  readonly labelKey?: string;
  /** Without a reference, which types can be called: those the model was trained on (default), or all with a text vector. */
  readonly candidates?: Candidates;
  /** Path for the answer, `.h5ad`, `.h5mu`, `.zarr`, `.zarr.zip`, `.csv` or `.tsv`; default: not written. */
  readonly out?: string;
  /** Path for the report, `.html`; default: not written. */
  readonly report?: string;
  /** Path for the answer in the Cell Annotation Schema, `.json`; default: not written. */
  readonly cas?: string;
  /** Threads that share the cells; the answer does not depend on them. Default 1. */
  readonly workers?: number;
}

/** An answer, and how it was run. */
export interface AnnotatedFile extends Annotation {
  readonly facts: RunFacts & { readonly backend: string };
  /** Paths of the files written. */
  readonly written: readonly string[];
}

/**
 * Names the type of every cell of a file in any form that {@linkcode openCells} reads, as `deno task annotate` does; see
 * {@linkcode obsColumns} for the names. Start the backend first.
 *
 * @throws {KcellfmError} when a file cannot be used or written, in one line that says what to do.
 */
export async function annotateFile(path: string, options: AnnotateFileOptions): Promise<AnnotatedFile> {
  const { model, choice, candidates, out, report, cas, seed = 42, helps, signal, onProgress } = options;
  checkOutputs({ input: path, out, report, cas });
  const finish = startRun();
  const ontology = options.ontology ?? await loadOntology(null);
  const workers = await startEmbedWorkers(model, { count: options.workers ?? 1 });
  const embedder = modelEmbedder(model, { candidates, workers });
  const annotation = await annotate(requestOf(path, options), {
    embedder,
    ontology,
    seed,
    helps,
    signal,
    onProgress,
  })
    .finally(() => workers?.close());
  const facts = { ...finish(annotation.input.cells), backend: engineName({ name: tf.getBackend() }) };
  const page = report === undefined ? null : await renderReport(annotation, facts);
  const written = out === undefined
    ? []
    : await writeAnnotation(annotation, { input: path, out, choice }, facts.versions);
  if (report !== undefined && page !== null) await writeFileAtomically(report, page);
  if (cas !== undefined) await writeAnnotationSchema(cas, annotation, facts.versions);
  return {
    ...annotation,
    facts,
    written: [...written, ...[report, cas].filter((it) => it !== undefined)],
  };
}

function requestOf(
  input: string,
  { reference, labelKey = "cell_type", choice, truthKey, confidence, clusterKey, among }: AnnotateFileOptions,
): AnnotateRequest {
  return {
    input,
    choice,
    confidence,
    clusterKey,
    among,
    ...(reference ? { reference: { path: reference, labelKey } } : {}),
    ...(truthKey === undefined ? {} : { truthKey }),
  };
}
