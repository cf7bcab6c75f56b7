import { type CellLabels, labelsIfAny, type Ontology, readLabelColumn } from "../ontology/mod.ts";
import { modelError, usageError } from "../runtime/mod.ts";
import { type Among, placesAmong } from "./among.ts";
import { callWithoutReference, type Helps } from "./by_evidence.ts";
import { callByReference, type HeldOut } from "./by_reference.ts";
import { callClusters, type ClusterCalls, readClusters } from "./clusters.ts";
import { scoreBaselines, scoreMajority } from "./compare.ts";
import { embedAll, type Embedder, hasSeen } from "../cell/mod.ts";
import {
  blankCells,
  blankNote,
  callsWithoutBlank,
  expectationOf,
  LEAST_GENES,
  sharedEvidence,
} from "./evidence.ts";
import { findMarkers, type Markers } from "./markers.ts";
import type { OpenCells, ReadChoice } from "./choose_matrix.ts";
import { geneNames, readCells, type ReadFile } from "./read.ts";
import { type Evaluation, labelledPairs, scoreCalls, scoreRolledUp, tabulate } from "./scores.ts";
import { CONFIDENCE, requireConfidence, type RolledUp, rollUp } from "./roll_up.ts";
import type { Calls, FileReport } from "./types.ts";
import type { Table } from "../matrix/mod.ts";

/** The cells to annotate, and the source of the labels. */
export interface AnnotateRequest {
  /** The file of cells: .h5ad, 10x .h5, a MatrixMarket folder, .csv or .tsv. */
  readonly input: string;
  /** The matrix of the file to read, and the form of its values. */
  readonly choice?: ReadChoice;
  /** A labelled file to learn from; without it cells are named by the ontology text of the types. */
  readonly reference?: { readonly path: string; readonly labelKey: string };
  /** The obs column of `input` that holds true types, to score the calls; null for none. Default: the label key (or `cell_type`) where the file has it. */
  readonly truthKey?: string | null;
  /** The summed probability that a rolled-up answer reaches, from 0.5 to 1; default 0.5. */
  readonly confidence?: number;
  /** The obs column of `input` with clusters of cells, each of which gets one name; default: none. */
  readonly clusterKey?: string;
  /** Without a reference, the types that cells can be; default: all that the model can call. */
  readonly among?: Among;
}

/** The tools of a run: the model, the ontology and the observers. */
export interface AnnotateContext {
  readonly embedder: Embedder;
  readonly ontology: Ontology;
  readonly seed: number;
  /** The evidence used beside the model's classes when there is no reference; default: all. */
  readonly helps?: Helps;
  readonly signal?: AbortSignal;
  /** The function that opens the files; default `openCells`. */
  readonly open?: OpenCells;
  /** Called after each batch of cells with the name of the file that is being embedded. */
  readonly onProgress?: (file: string, done: number, total: number) => void;
}

/** Everything that a run found out; files, reports and notebooks are made of it. */
export interface Annotation {
  readonly input: FileReport;
  readonly obsNames: readonly string[];
  readonly reference: (FileReport & { readonly labelKey: string; readonly heldOut: HeldOut }) | null;
  readonly embeddings: Table;
  readonly calls: Calls;
  /** The source of the labels when there is no reference: "classes" with "markers" and "neighbours", or "text". */
  readonly namedBy: readonly string[];
  /** The calls where they are sure enough, else the terms above them that are. */
  readonly rolled: RolledUp;
  /** One name a cluster; null if no column of clusters was given. */
  readonly clusters: ClusterCalls | null;
  readonly markers: Markers;
  readonly evaluation: Evaluation | null;
  readonly model: { readonly preset: string; readonly hash: string };
  /** Release of the ontology. */
  readonly ontology: string;
  readonly seed: number;
  /** Warnings and remarks beside those on values and genes, as sentences. */
  readonly notes: readonly string[];
}

/**
 * Names the type of every cell of a file: embeds its cells, names them by ontology text or by a reference, and,
 * where the file has labels of its own, scores the names beside what a user would try first.
 *
 * @throws {KcellfmError} when a file cannot be used; nothing is written by this function.
 */
export async function annotate(request: AnnotateRequest, context: AnnotateContext): Promise<Annotation> {
  const { embedder, ontology, seed } = context;
  requireKnowledge(request, embedder);
  const limits = limitsOf(request, context);
  requireConfidence(request.confidence ?? CONFIDENCE);
  const query = await readCells(request.input, request.choice ?? {}, embedder.vocabulary, context.open);
  try {
    const expectation = request.reference ? [] : expectationOf(query.report);
    const { truthKey, truth, notes } = truthOf(request, query, ontology);
    const { clusterKey } = request;
    const clusters = clusterKey === undefined ? null : readClusters(query.cells.source, clusterKey);
    const reference = request.reference ? await readReference(request.reference, context) : null;
    try {
      const { evidence, ...named } = await nameCells(query, reference, { ...context, among: request.among });
      const rolled = rollUp(named.calls, { ontology, confidence: request.confidence });
      const scored = truth && scoreAll({ query, reference, truth, calls: named.calls, rolled }, context);
      return {
        input: query.report,
        obsNames: query.cells.source.obsNames,
        ...named,
        rolled,
        clusters: clusters && callClusters(clusterKey ?? "", clusters, named.calls),
        evaluation: scored && truthKey !== null ? { truthKey, ...scored } : null,
        markers: markersOf(query, named.calls),
        model: { preset: embedder.preset, hash: embedder.hash },
        ontology: ontology.version,
        seed,
        notes: [...query.cells.source.notes ?? [], ...limits, ...expectation, ...notes, ...evidence],
      };
    } finally {
      reference?.file.cells.source.close();
    }
  } finally {
    query.cells.source.close();
  }
}

/** Without a reference cells are named by text vectors; a file of the original's weights has none. */
function requireKnowledge({ input, reference }: AnnotateRequest, { types, width }: Embedder): void {
  if (reference || types.ids.length > 0) return;
  throw modelError(
    `Cannot name the cells of ${input}: the model has no text vectors of cell types; give a labelled file ` +
      `(--reference) or a text checkpoint whose vectors have ${width} numbers (--text)`,
  );
}

interface Reference {
  readonly file: ReadFile;
  readonly labelKey: string;
  readonly labels: CellLabels;
  readonly notes: readonly string[];
}

async function readReference(
  { path, labelKey }: { path: string; labelKey: string },
  { embedder, ontology, open }: AnnotateContext,
): Promise<Reference> {
  const file = await readCells(path, {}, embedder.vocabulary, open);
  try {
    return { file, labelKey, ...readLabelColumn(file.cells.source, labelKey, ontology) };
  } catch (error) {
    file.cells.source.close();
    throw error;
  }
}

interface Truth {
  readonly truthKey: string | null;
  readonly truth: CellLabels | null;
  readonly notes: readonly string[];
}

const NO_TRUTH: Truth = { truthKey: null, truth: null, notes: [] };

/** The labels to score against: those asked for, or those under the usual name where there are any. */
function truthOf({ truthKey, reference }: AnnotateRequest, { cells }: ReadFile, ontology: Ontology): Truth {
  if (truthKey === null) return NO_TRUTH;
  if (truthKey !== undefined) {
    const { labels, notes } = readLabelColumn(cells.source, truthKey, ontology);
    return { truthKey, truth: labels, notes };
  }
  const usual = reference?.labelKey ?? "cell_type";
  const found = labelsIfAny(cells.source, usual, ontology);
  if (found) return { truthKey: usual, truth: found.labels, notes: found.notes };
  const isEmpty = cells.source.obs.columns.includes(usual);
  return isEmpty
    ? { ...NO_TRUTH, notes: [`obs "${usual}" names no type, so the calls were not scored.`] }
    : NO_TRUTH;
}

/**
 * The sentence about how many types remain; none if cells can be of any.
 *
 * @throws {KcellfmError} tag "usage", when none remains, or when a reference says which types there are.
 */
function limitsOf({ among, reference }: AnnotateRequest, { embedder, ontology }: AnnotateContext): string[] {
  if (!among?.types && !among?.exclude) return [];
  if (reference) {
    throw usageError(
      "Cannot choose among types by a reference: its labels are the types; leave out its cells instead",
    );
  }
  const all = embedder.classes ?? embedder.types.ids;
  return [
    `Cells could be of ${
      placesAmong(all, among, ontology).length
    } of the model's ${all.length} types, as was asked.`,
  ];
}

async function nameCells(
  query: ReadFile,
  reference: Reference | null,
  context: AnnotateContext & Pick<AnnotateRequest, "among">,
) {
  const shared = reference ? sharedEvidence(reference.file.cells, query.cells) : [];
  const embeddings = await embedFile(query, context);
  const least = reference ? 1 : LEAST_GENES; // a reference says itself what a few genes are worth
  const blank = blankCells(embeddings.genes, { least, foreign: query.foreignCells });
  const evidence = [...shared, ...reference?.notes ?? [], ...blankNote(blank, least)];
  if (!reference) {
    const { calls, namedBy } = await callWithoutReference(query.cells, embeddings, context);
    return { embeddings, calls: callsWithoutBlank(calls, blank), namedBy, reference: null, evidence };
  }
  const { file, labelKey, labels } = reference;
  const known = { cells: file.cells, embeddings: await embedFile(file, context), labels };
  const { heldOut, ...calls } = callByReference(known, { cells: query.cells, embeddings }, {
    seed: context.seed,
    text: context.embedder,
    modelHasSeen: hasSeen(context.embedder, { cells: file.cells, path: file.report.path }),
    signal: context.signal,
  });
  return {
    embeddings,
    calls: callsWithoutBlank(calls, blank),
    reference: { ...file.report, labelKey, heldOut },
    namedBy: [],
    evidence,
  };
}

function embedFile({ cells, report }: ReadFile, { embedder, signal, onProgress }: AnnotateContext) {
  const progress = (done: number) => onProgress?.(report.name, done, report.cells);
  return embedAll(embedder, cells, { signal, onProgress: progress });
}

interface Scorable {
  readonly query: ReadFile;
  readonly reference: Reference | null;
  readonly truth: CellLabels;
  readonly calls: Calls;
  readonly rolled: RolledUp;
}

function scoreAll({ query, reference, truth, calls, rolled }: Scorable, context: AnnotateContext) {
  const pairs = labelledPairs(truth);
  const called = Array.from(pairs.rows, (row) => calls.types[calls.best[row]]);
  const baselines = reference
    ? scoreBaselines(
      { cells: reference.file.cells, labels: reference.labels },
      { cells: query.cells, pairs },
      context,
    )
    : scoreMajority(pairs.truth, context.ontology);
  return {
    cells: pairs.rows.length,
    metrics: {
      ...scoreCalls(calls, pairs, context.ontology),
      ...scoreRolledUp(rolled, calls, { pairs, ontology: context.ontology }),
    },
    ...tabulate(pairs.truth, called),
    baselines,
  };
}

function markersOf({ cells }: ReadFile, calls: Calls): Markers {
  const groups = Array.from(calls.best, (type) => calls.types[type].name);
  return findMarkers(cells.source, { groups, values: cells.values, geneNames: geneNames(cells.source) });
}
