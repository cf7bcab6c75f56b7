import Papa from "papaparse";
import { annotateCopy, type CellSource, openCells, type OpenOptions, writeH5ad } from "../data/mod.ts";
import {
  extname,
  join,
  requireFolder,
  resolve,
  stemOf,
  usageError,
  writeFileAtomically,
} from "../runtime/mod.ts";
import type { Annotation } from "./annotate.ts";
import type { CsrMatrix } from "../matrix/mod.ts";

/** Where the answers go. */
export interface OutputPaths {
  readonly input: string;
  /** Which matrix of the input was read. */
  readonly choice?: OpenOptions;
  /** `.h5ad`, or `.csv` / `.tsv` for a table of the obs columns only. */
  readonly out: string;
  /** `.html`. */
  readonly report: string;
}

/** Without a report. */
type Answer = Pick<OutputPaths, "input" | "out" | "choice">;

/**
 * Fails before any work is done when an answer could not be written: its folder is missing, its name has no known
 * ending, or it would overwrite the input or the other answer.
 */
export function checkOutputs(
  { input, out, report }: Pick<OutputPaths, "input"> & Partial<OutputPaths>,
): void {
  if (out !== undefined) requireEnding("--out", out, [".h5ad", ".csv", ".tsv"]);
  if (report !== undefined) requireEnding("--report", report, [".html", ".htm"]);
  for (const path of [out, report].filter((it) => it !== undefined)) {
    requireFolder(path);
    if (resolve(path) === resolve(input)) {
      throw usageError(`Cannot write ${path}: it is the input file; name another`);
    }
  }
}

function requireEnding(flag: string, path: string, endings: readonly string[]): void {
  if (endings.includes(extname(path).toLowerCase())) return;
  throw usageError(`Cannot write ${flag} ${path}: its name has to end in ${endings.join(", ")}`);
}

/**
 * The obs columns of every answer: the best type of each cell whatever its confidence (`kcellfm_cell_type`, its id
 * `kcellfm_cl_id`, its probability `kcellfm_confidence`), how little it resembles any (`kcellfm_novelty`), and the
 * deepest term that is sure enough, or "unknown" (`kcellfm_confident_type`, `kcellfm_confident_cl_id`).
 */
export function obsColumns({ calls, rolled }: Annotation) {
  const types = Array.from(calls.best, (type) => calls.types[type]);
  const sure = Array.from(rolled.place, (place) => rolled.types[place]);
  return {
    kcellfm_cell_type: types.map(({ name }) => name),
    kcellfm_cl_id: types.map(({ id }) => id),
    kcellfm_confidence: calls.confidence,
    kcellfm_novelty: calls.novelty,
    kcellfm_confident_type: sure.map(({ name }) => name),
    kcellfm_confident_cl_id: sure.map(({ id }) => id),
  };
}

/** What `uns["kcellfm"]` says of how an answer came about. */
export function provenance(annotation: Annotation, versions: Record<string, string>) {
  const { input, reference, model, ontology, seed, evaluation } = annotation;
  return {
    preset: model.preset,
    checkpoint_sha256: model.hash,
    seed,
    versions: Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [hdf5Name(name), version]),
    ),
    ontology,
    method: reference ? "reference" : "zero-shot",
    ...(reference
      ? {
        reference: reference.name,
        label_key: reference.labelKey,
        expert_weights: { ...reference.heldOut.weights },
        held_out_accuracy: reference.heldOut.accuracy,
        types_left_out: reference.heldOut.leftOut,
      }
      : {}),
    values: input.values.kind,
    values_evidence: input.values.evidence,
    rolled_up_to: annotation.rolled.confidence,
    normalisation: "log1p of counts scaled to 10,000 a cell",
    genes_known: input.overlap.known,
    genes_in_file: input.genes,
    ...(evaluation ? { truth_key: evaluation.truthKey, ...evaluation.metrics } : {}),
  };
}

/** HDF5 takes "/" for a group. */
const hdf5Name = (name: string): string => name.replace(/^@/, "").replaceAll("/", "_");

/**
 * Writes the answer: a copy of an `.h5ad` with obs columns, obsm `X_kcellfm` and uns `kcellfm` added; for other
 * inputs a new `.h5ad` of the same matrix; or a table of the obs columns. The file is whole or not there.
 */
export async function writeAnnotation(
  annotation: Annotation,
  { input, out, choice = {} }: Answer,
  versions: Record<string, string>,
): Promise<void> {
  const obs = obsColumns(annotation);
  if (extname(out).toLowerCase() !== ".h5ad") return await writeTable(annotation, out);
  const { data, rows, cols } = annotation.embeddings;
  const obsm = { X_kcellfm: { shape: [rows, cols], data } };
  const uns = { kcellfm: provenance(annotation, versions) };
  if (extname(input).toLowerCase() === ".h5ad") return await annotateCopy(input, out, { obs, obsm, uns });
  const source = await openCells(input, choice);
  try {
    const { obsNames, varNames } = source;
    await writeH5ad(out, { x: blocksOf(source), obsNames, varNames, obs, obsm, uns });
  } finally {
    source.close();
  }
}

function* blocksOf(source: CellSource, rows = 1024): Generator<CsrMatrix> {
  for (let start = 0; start < source.nObs; start += rows) {
    yield source.rows(start, Math.min(start + rows, source.nObs));
  }
}

async function writeTable(annotation: Annotation, out: string): Promise<void> {
  const columns = Object.entries(obsColumns(annotation));
  const table = {
    fields: ["cell", ...columns.map(([name]) => name)],
    data: annotation.obsNames.map((name, row) => [name, ...columns.map(([, values]) => values[row])]),
  };
  const delimiter = extname(out).toLowerCase() === ".tsv" ? "\t" : ",";
  await writeFileAtomically(out, Papa.unparse(table, { delimiter, newline: "\n" }) + "\n");
}

/** Where the answers go when the user names no place: beside each other in `folder`, after the input's name. */
export function defaultOutputs(input: string, folder: string): { out: string; report: string } {
  const stem = stemOf(input);
  return { out: join(folder, `${stem}.annotated.h5ad`), report: join(folder, `${stem}.annotated.html`) };
}
