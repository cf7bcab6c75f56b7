import {
  type CellSource,
  type DecodedOnce,
  decodeOnce,
  type H5ad,
  type MatrixChoice,
  type ObjectChoice,
  openCells,
} from "../data/mod.ts";
import {
  type AskedValues,
  type DetectedValues,
  detectValues,
  type GeneVocabulary,
  LOG1P,
  log1pOnce,
  matchGenes,
  type ModelCells,
} from "../genes/mod.ts";
import { dataError, KcellfmError } from "../runtime/mod.ts";
import type { FileReport } from "./types.ts";

/** Which matrix of a file to read, and what it holds. */
export interface ReadChoice extends MatrixChoice, ObjectChoice {
  /** What the values are; default: what they look like. */
  readonly values?: AskedValues;
}

/** An open file on its way into a model; close `cells.source` when done. */
export interface ReadFile {
  readonly cells: ModelCells;
  readonly report: FileReport;
}

/** What opens the cells of a path: {@linkcode openCells}, or a test's. */
export type OpenCells = (path: string, choice: ReadChoice) => Promise<CellSource>;

interface InputFile {
  readonly path: string;
  readonly open: OpenCells;
}

interface Opened {
  readonly source: DecodedOnce;
  readonly values: DetectedValues;
}

/**
 * Opens a file of cells, settles what its values are and matches its genes. The cells come as log1p values; each block is
 * decoded and normalised once, however often it is read, as long as the cells fit into memory. Where nothing else was asked for, raw is
 * read in place of an X that cannot be used or holds the variable genes only, and a layer of counts or logarithms
 * where there is no raw; the report says so.
 *
 * @throws {KcellfmError} when the file cannot be read, holds no cells, its values cannot be used as asked, or too few
 * of its genes are known.
 */
export async function readCells(
  path: string,
  choice: ReadChoice,
  vocabulary: GeneVocabulary,
  open: OpenCells = openCells,
): Promise<ReadFile> {
  const { source, values } = await openUsable({ path, open }, choice);
  try {
    if (source.nObs === 0 || source.nVars === 0) {
      throw dataError(`Cannot use ${path}: it holds ${source.nObs} cells and ${source.nVars} genes`);
    }
    const { tokenOf, report: overlap } = matchGenes(source, vocabulary);
    return {
      cells: {
        source: log1pOnce(source, values),
        values: LOG1P,
        tokenOf,
        genes: vocabulary.symbols.length,
      },
      report: {
        path,
        name: source.name,
        cells: source.nObs,
        genes: source.nVars,
        real: !isSimulated(source),
        values,
        overlap,
      },
    };
  } catch (error) {
    source.close();
    throw error;
  }
}

async function openUsable(file: InputFile, choice: ReadChoice): Promise<Opened> {
  const first = await tryMatrix(file, choice);
  const isChosen = choice.layer !== undefined || choice.useRaw;
  const better = isChosen ? null : await openBetter(file, first, choice);
  if (better) return better;
  if ("opened" in first) return first.opened;
  throw first.error;
}

/** A matrix that can be used, or why it cannot. */
type Tried = { readonly opened: Opened } | {
  readonly error: KcellfmError;
  readonly why: string;
  readonly others: Others;
};

/** What else a file holds. */
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

/** Another matrix of the file, where X cannot be used or raw has many more genes; null where X is best. */
async function openBetter(file: InputFile, first: Tried, choice: ReadChoice): Promise<Opened | null> {
  const others = "opened" in first ? othersOf(first.opened.source) : first.others;
  const raw = others.hasRaw ? await tryOther(file, { ...choice, useRaw: true }) : null;
  if (!("opened" in first)) {
    if (raw) return told(raw, `${first.why}, so raw was read`);
    for (const layer of USUAL_LAYERS.filter((name) => others.layers.includes(name))) {
      const found = await tryOther(file, { ...choice, layer });
      if (found) return told(found, `${first.why}, so layer ${layer} was read`);
    }
    return null;
  }
  if (!raw) return null;
  const [genes, more] = [first.opened.source.nVars, raw.source.nVars];
  if (more < MORE_GENES * genes) {
    raw.source.close();
    return null;
  }
  first.opened.source.close();
  return told(raw, `X has ${genes} genes and raw ${more}, so raw was read`);
}

async function tryOther(file: InputFile, choice: ReadChoice): Promise<Opened | null> {
  try {
    const tried = await tryMatrix(file, choice);
    return "opened" in tried ? tried.opened : null;
  } catch (error) {
    if (error instanceof KcellfmError) return null;
    throw error;
  }
}

const told = ({ source, values }: Opened, what: string): Opened => ({
  source,
  values: { ...values, evidence: `${what}: ${values.evidence}` },
});

/** The simulator says so in uns of the files that it writes. */
function isSimulated(source: CellSource | H5ad): boolean {
  return "keys" in source && source.keys("uns").includes("simulation");
}

/** Columns of var in which files keep gene symbols when the index holds ids. */
const SYMBOL_COLUMNS = ["feature_name", "gene_symbols", "gene_symbol", "gene_name", "symbol"];

/** A readable name for every gene of a file: its symbol column where there is one, else its var names. */
export function geneNames(source: CellSource): readonly string[] {
  const column = SYMBOL_COLUMNS.find((name) => source.var.columns.includes(name));
  if (column === undefined) return source.varNames;
  return source.var.values(column).map((name, i) => name ? String(name) : source.varNames[i]);
}
