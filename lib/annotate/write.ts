import {
  categoricalOf,
  CELL_ENDINGS,
  cellEnding,
  type Columns,
  formOf,
  type OpenOptions,
  writeAnnotated,
} from "../data/mod.ts";
import { join, requireFolder, resolve, stemOf, usageError } from "../runtime/mod.ts";
import type { Annotation } from "./annotate.ts";
import { placesOfAll } from "./map.ts";
import { obsColumns, writeTable } from "./table.ts";

/** Paths of the answers. */
export interface OutputPaths {
  readonly input: string;
  /** The matrix of the input that was read. */
  readonly choice?: OpenOptions;
  /** `.h5ad`, `.h5mu`, `.zarr`, `.zarr.zip`, or `.csv` / `.tsv` for a table of the obs columns only. */
  readonly out: string;
  /** `.html`. */
  readonly report: string;
  /** The answer in the Cell Annotation Schema, `.json`. */
  readonly cas?: string;
}

/** Without a report. */
type Answer = Pick<OutputPaths, "input" | "out" | "choice">;

/**
 * Fails before any work is done when an answer could not be written: its folder is missing, its name has no known
 * ending, or it would overwrite the input or the other answer.
 */
export function checkOutputs(
  { input, out, report, cas }: Pick<OutputPaths, "input"> & Partial<OutputPaths>,
): void {
  if (out !== undefined) requireEnding("--out", out, [...CELL_ENDINGS, ".csv", ".tsv"]);
  if (report !== undefined) requireEnding("--report", report, [".html", ".htm"]);
  if (cas !== undefined) requireEnding("--cas", cas, [".json"]);
  for (const path of [out, report, cas].filter((it) => it !== undefined)) {
    requireFolder(path);
    if (resolve(path) === resolve(input)) {
      throw usageError(`Cannot write ${path}: it is the input file; name another`);
    }
  }
}

function requireEnding(flag: string, path: string, endings: readonly string[]): void {
  if (endings.some((ending) => path.toLowerCase().endsWith(ending))) return;
  throw usageError(`Cannot write ${flag} ${path}: its name has to end in ${endings.join(", ")}`);
}

/** The entries of `uns["kcellfm"]`: the origin of an answer. */
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
    ...(reference ? {} : { named_by: annotation.namedBy.join(", ") }),
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
 * Writes the answer: a copy of an AnnData (HDF5 or zarr) with obs columns, obsm `X_kcellfm` and `X_kcellfm_umap`, and uns
 * `kcellfm` added; of other inputs a new file of the same cells; or a table of the obs columns. Beside the answer of an R file
 * lies the table too, which AddMetaData takes. Returns the paths; each is whole or not there.
 */
export async function writeAnnotation(
  annotation: Annotation,
  { input, out, choice = {} }: Answer,
  versions: Record<string, string>,
): Promise<string[]> {
  if (cellEnding(out) === null) {
    await writeTable(annotation, out);
    return [out];
  }
  const { data, rows, cols } = annotation.embeddings;
  const additions = {
    obs: answerColumns(annotation),
    obsm: {
      X_kcellfm: { shape: [rows, cols], data },
      X_kcellfm_umap: { shape: [rows, 2], data: placesOfAll(annotation) },
    },
    uns: { kcellfm: provenance(annotation, versions) },
  };
  await writeAnnotated(input, out, { additions, choice });
  if (await formOf(input) !== "r") return [out];
  const table = out.slice(0, out.length - (cellEnding(out) ?? "").length) + ".csv";
  await writeTable(annotation, table);
  return [out, table];
}

/** The columns as a file holds them: names and ids as categoricals. */
function answerColumns(annotation: Annotation): Columns {
  return Object.fromEntries(
    Object.entries(obsColumns(annotation)).map(([name, column]) => [
      name,
      Array.isArray(column) ? categoricalOf(column as string[]) : column as Float32Array,
    ]),
  );
}

/** Default paths of the answers: beside each other in `folder`, after the input's name and form. */
export function defaultOutputs(input: string, folder: string): { out: string; report: string } {
  const stem = stemOf(input);
  const kept = cellEnding(input.replace(/[\\/]+$/, "")) ?? ".h5ad";
  return { out: join(folder, `${stem}.annotated${kept}`), report: join(folder, `${stem}.annotated.html`) };
}
