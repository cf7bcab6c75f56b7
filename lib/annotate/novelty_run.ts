import { type Result, resultOf, type RunFacts, scoreTable } from "../metrics/mod.ts";
import { keyAt, type Ontology, readLabels } from "../ontology/mod.ts";
import { createRng, stemOf } from "../runtime/mod.ts";
import { embedAll, type Embedder, hasSeen } from "../cell/mod.ts";
import { type HeldOutType, noveltyExperiment } from "./novelty_experiment.ts";
import type { ReadChoice } from "./choose_matrix.ts";
import { readCells } from "./read.ts";
import { type LabelledCells, readReference, readTables } from "./reference_cells.ts";
import type { FileReport } from "./types.ts";

/** Labelled cells to try the novelty on. */
export interface HoldOutRequest {
  /** The file whose cells are named. */
  readonly input: string;
  readonly choice?: ReadChoice;
  /** Column of obs with the types, of both files. */
  readonly labelKey: string;
  /** The file to learn from; default: a random half of `input`, whose other half is named. */
  readonly reference?: string;
}

/** The tools of a hold-out run beside its files. */
export interface HoldOutContext {
  readonly embedder: Embedder;
  readonly ontology: Ontology;
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Called with each step's name: files being read, types being held out. */
  readonly onProgress?: (step: string, done: number, total: number) => void;
}

/** The result of a hold-out run: one row for each type that was held out. */
export interface HoldOutRun {
  readonly input: FileReport;
  readonly reference: FileReport | null;
  /** By the types' names. */
  readonly types: readonly (HeldOutType & { readonly name: string })[];
  /** Cells that were scored. */
  readonly cells: number;
}

/** Cells that are named at most, so that their genes fit into memory; more are sampled. */
const MOST_CELLS = 5000;

/** {@linkcode noveltyExperiment} on a labelled file, or on one by another. @throws {KcellfmError} when a file cannot be used. */
export async function runHoldOutTypes(request: HoldOutRequest, context: HoldOutContext): Promise<HoldOutRun> {
  const query = await openLabelled(request.input, { ...request, ...context });
  const other = request.reference === undefined
    ? null
    : await openLabelled(request.reference, { labelKey: request.labelKey, ...context });
  try {
    const rng = createRng(context.seed).split("hold-out");
    const rows = Int32Array.from(query.labels.keys()).filter((row) => query.labels[row] !== null);
    const half = new Set(
      other ? [] : rng.split("halves").shuffle(rows.slice()).subarray(0, rows.length >> 1),
    );
    const learned = { ...query, labels: query.labels.map((type, row) => half.has(row) ? type : null) };
    const reference = readReference(other ?? learned, query.cells, context);
    const left = rows.filter((row) => !half.has(row));
    const named = left.length <= MOST_CELLS
      ? left
      : rng.split("cells").sample(left.length, MOST_CELLS).map((at) => left[at]).sort();
    const keys = Array.from(named, (row) => keyAt(query.labels, row));
    const types = noveltyExperiment(reference, { ...readTables(query, reference.columns, named), keys }, {
      seed: context.seed,
      text: context.embedder,
      modelHasSeen: hasSeen(context.embedder, {
        cells: (other ?? query).cells,
        path: request.reference ?? request.input,
      }),
      signal: context.signal,
      onProgress: (done, total) => context.onProgress?.("Types held out", done, total),
    });
    return {
      input: query.report,
      reference: other?.report ?? null,
      types: types.map((type) => ({ ...type, name: reference.types.get(type.key)?.name ?? type.key })),
      cells: named.length,
    };
  } finally {
    query.cells.source.close();
    other?.cells.source.close();
  }
}

async function openLabelled(
  path: string,
  { choice, labelKey, embedder, ontology, signal, onProgress }:
    & Pick<HoldOutRequest, "choice" | "labelKey">
    & HoldOutContext,
): Promise<LabelledCells & { readonly report: FileReport }> {
  const { cells, report } = await readCells(path, choice ?? {}, embedder.vocabulary);
  try {
    const labels = readLabels(cells.source, labelKey, ontology);
    const embeddings = await embedAll(embedder, cells, {
      signal,
      onProgress: (done) => onProgress?.(`Reading ${report.name}`, done, report.cells),
    });
    return { cells, report, labels, embeddings };
  } catch (error) {
    cells.source.close();
    throw error;
  }
}

/** The result file of a run: means over the held-out types, their deviation, and each type's own AUROC. */
export function toNoveltyResult(
  { input, reference, types, cells }: HoldOutRun,
  facts: RunFacts & Pick<Result, "preset" | "seed" | "backend"> & { readonly sha256: string | null },
): Result {
  const { sha256, preset, seed, backend, ...run } = facts;
  const { metrics, sd, baselines } = scoreTable(types.map(({ scores }) => scores), "kcellfm");
  const each = (method: string) =>
    Object.fromEntries(types.map(({ key, scores }) => [`auroc_${safe(key)}`, scores[method].auroc]));
  return resultOf({
    task: "novelty",
    set: reference ? `${stemOf(input.path)}_by_${stemOf(reference.path)}` : stemOf(input.path),
    split: reference ? `each type out of ${stemOf(reference.path)}` : "each type out of a random half",
    repeats: types.length,
    preset,
    seed,
    backend,
    data: { real: input.real, cells, genes: input.overlap.known, sha256 },
    metrics: { ...metrics, ...each("kcellfm") },
    sd,
    baselines: Object.fromEntries(
      Object.entries(baselines).map(([method, scores]) => [method, { ...scores, ...each(method) }]),
    ),
    facts: run,
  });
}

/** Names of metrics have no colons. */
const safe = (key: string): string => key.replaceAll(/[^A-Za-z0-9_.+-]/g, "_");
