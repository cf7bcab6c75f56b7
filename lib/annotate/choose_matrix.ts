import {
  type CellSource,
  type DecodedOnce,
  decodeOnce,
  type H5ad,
  type MatrixChoice,
  type ModalityChoice,
  type ObjectChoice,
} from "../data/mod.ts";
import { type AskedValues, type DetectedValues, detectValues, type ReadableSpecies } from "../genes/mod.ts";
import { dataError, KcellfmError } from "../runtime/mod.ts";

/** The matrix of a file to read, with its values and its species. */
export interface ReadChoice extends MatrixChoice, ObjectChoice, ModalityChoice {
  /** Form of the values; default: detected. */
  readonly values?: AskedValues;
  /** Species of the genes; default: detected from ids and case. */
  readonly species?: ReadableSpecies;
}

/** Opens the cells at a path: `openCells`, or a test's replacement. */
export type OpenCells = (path: string, choice: ReadChoice) => Promise<CellSource>;

/** A file and what opens it. */
export interface InputFile {
  readonly path: string;
  readonly open: OpenCells;
}

/** An open matrix and what it holds. */
export interface OpenedMatrix {
  readonly source: DecodedOnce;
  readonly values: DetectedValues;
}

/**
 * Opens the matrix of a file that can be used best. Where nothing else was asked for, raw is read in place of an X that
 * cannot be used or holds the variable genes only, and a layer of counts or logarithms where there is no raw; the
 * evidence of the values says so.
 *
 * @throws {KcellfmError} when no matrix can be used, or not as asked.
 */
export async function openUsable(file: InputFile, choice: ReadChoice): Promise<OpenedMatrix> {
  const first = await tryMatrix(file, choice);
  const isChosen = choice.layer !== undefined || choice.useRaw;
  const better = isChosen ? null : await openBetter(file, first, choice);
  if (better) return better;
  if ("opened" in first) return first.opened;
  throw first.error;
}

/** A matrix that can be used, or why it cannot. */
type Tried = { readonly opened: OpenedMatrix } | Unusable;

interface Unusable {
  readonly error: KcellfmError;
  readonly why: string;
  readonly others: Others;
}

/** The other matrices of a file. */
interface Others {
  readonly hasRaw: boolean;
  readonly layers: readonly string[];
}

async function tryMatrix({ path, open }: InputFile, choice: ReadChoice): Promise<Tried> {
  const source = decodeOnce(await open(path, choice));
  const others = othersOf(source);
  try {
    const values = detectValues(source, { expect: choice.values });
    if (values.kind !== "scaled") return { opened: { source, values } };
    source.close();
    const error = dataError(
      `Cannot use the values of ${path}: they are scaled (${values.evidence}), which cannot be undone; ` +
        `choose counts or log-normalised values with --layer NAME or --use-raw`,
    );
    return { error, why: "X is scaled", others };
  } catch (error) {
    source.close();
    if (!(error instanceof KcellfmError)) throw error;
    return { error, why: `X cannot be used (${error.message})`, others };
  }
}

function othersOf(source: CellSource | H5ad): Others {
  return "hasRaw" in source
    ? { hasRaw: source.hasRaw, layers: source.layers }
    : { hasRaw: false, layers: [] };
}

/** raw is read in place of X when it has this many times its genes: X then holds the variable ones only. */
const MORE_GENES = 1.25;
/** Names of layers that are tried where X cannot be used and raw neither, in this order. */
const USUAL_LAYERS = [
  "counts",
  "raw_counts",
  "raw",
  "umi",
  "umis",
  "logcounts",
  "lognorm",
  "log1p_norm",
  "log1p",
];

/** Another matrix of the file if X cannot be used or raw has many more genes; null if X is best. */
async function openBetter(file: InputFile, first: Tried, choice: ReadChoice): Promise<OpenedMatrix | null> {
  if (!("opened" in first)) return await openInstead(file, first, choice);
  const { source } = first.opened;
  if (!othersOf(source).hasRaw) return null;
  const more = await genesOfRaw(file, choice);
  if (more < MORE_GENES * source.nVars) return null;
  const raw = await tryOther(file, { ...choice, useRaw: true });
  if (!raw) return null;
  source.close();
  return told(raw, `X has ${source.nVars} genes and raw ${more}, so raw was read`);
}

/** raw, or the first usual layer, of a file whose X cannot be used. */
async function openInstead(
  file: InputFile,
  { why, others }: Unusable,
  choice: ReadChoice,
): Promise<OpenedMatrix | null> {
  const raw = others.hasRaw ? await tryOther(file, { ...choice, useRaw: true }) : null;
  if (raw) return told(raw, `${why}, so raw was read`);
  for (const layer of USUAL_LAYERS.filter((name) => others.layers.includes(name))) {
    const found = await tryOther(file, { ...choice, layer });
    if (found) return told(found, `${why}, so layer ${layer} was read`);
  }
  return null;
}

async function genesOfRaw({ path, open }: InputFile, choice: ReadChoice): Promise<number> {
  const raw = await open(path, { ...choice, useRaw: true });
  raw.close();
  return raw.nVars;
}

async function tryOther(file: InputFile, choice: ReadChoice): Promise<OpenedMatrix | null> {
  try {
    const tried = await tryMatrix(file, choice);
    return "opened" in tried ? tried.opened : null;
  } catch (error) {
    if (error instanceof KcellfmError) return null;
    throw error;
  }
}

const told = ({ source, values }: OpenedMatrix, what: string): OpenedMatrix => ({
  source,
  values: { ...values, evidence: `${what}: ${values.evidence}` },
});
