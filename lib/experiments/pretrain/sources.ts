import { join } from "node:path";
import { type CellSource, openCells } from "../../data/mod.ts";
import { corpusDatasets, type CorpusUse, findDataset } from "../../data/fetch/mod.ts";
import { simulateAtlas } from "../../simulate/mod.ts";
import { buildVocabulary, type GeneVocabulary, readVocabulary } from "../../genes/mod.ts";
import { findTerm, loadOntology, type Ontology } from "../../ontology/mod.ts";
import { checkpointsDir, type Rng } from "../../runtime/mod.ts";
import { type Study, studyOf } from "./sets.ts";

/** A study of the registry, and how to read it. */
export interface StudySource {
  /** Name in the registry. */
  readonly name: string;
  /** Column of obs whose texts name the types, for a file without Cell Ontology ids. */
  readonly labels?: string;
  /** Read raw, where X is scaled. */
  readonly useRaw?: true;
  /** Form of the values, if they do not show it. */
  readonly values?: "counts";
  /** Cells with one of these values in a column of obs take no part: they are of a study that settings are chosen by. */
  readonly leaveOut?: { readonly column: string; readonly values: readonly string[] };
}

/** The studies of the corpus with one of these uses, as the registry has them. */
export const corpusSources = (...uses: readonly CorpusUse[]): StudySource[] =>
  corpusDatasets(...uses).map(({ name, corpus: { labels, useRaw, values, leaveOut } }) => ({
    name,
    labels,
    useRaw,
    values,
    leaveOut,
  }));

/** Sets that fine-tuning is scored on, and others of the same studies. */
const SCORED = [
  "pbmc3k",
  "pbmc_facs_sorted",
  "pbmc_facs_cd34",
  "pancreas_5tech",
  "islets_baron_2016",
  "head_neck_tumour",
  "melanoma_t_cells",
  "merfish_lung",
];

/**
 * Real studies by what a checkpoint of them is for. `all` is every training set of the corpus; `heldout` has none of the sets that
 * fine-tuning is scored on. Development sets are in neither.
 */
export const STUDIES = {
  all: corpusSources("train"),
  heldout: corpusSources("train").filter(({ name }) => !SCORED.includes(name)),
} satisfies Record<string, readonly StudySource[]>;

/** Name of a list of studies. */
export type StudyList = keyof typeof STUDIES;

/** Studies to pretrain on, and whether they are real. */
export interface Sources {
  readonly real: boolean;
  readonly studies: readonly Study[];
}

/** The release of the Cell Ontology if it is available, else the embedded slim table. */
export const bestOntology = async (): Promise<Ontology> =>
  loadOntology(await findDataset("cl-simple-2026-03-26"));

/**
 * The gene vocabulary: from the human gene table if it is available, else the one shipped with the walkthrough checkpoint.
 */
export async function bestVocabulary(): Promise<GeneVocabulary> {
  const table = await findDataset("human_genes");
  if (table) return await buildVocabulary(table);
  return await readVocabulary(join(checkpointsDir(), "walkthrough", "genes.tsv"));
}

/** The real studies that are available (in the cache or the mirror); never the network. */
export async function realStudies(
  sources: readonly StudySource[] = STUDIES.all,
  ontology?: Ontology,
): Promise<Study[]> {
  const found = await Promise.all(sources.map((source) => openStudy(source, ontology)));
  return found.filter((study) => study !== null);
}

async function openStudy(
  { name, labels, useRaw, values, leaveOut }: StudySource,
  ontology?: Ontology,
): Promise<Study | null> {
  const path = await findDataset(name);
  if (path === null) return null;
  const source = await openCells(path, { useRaw });
  const study = labels && ontology ? namedStudy(source, labels, ontology) : studyOf(source);
  return { ...study, values, ...(leaveOut ? { rows: rowsWithout(source, leaveOut) } : {}) };
}

function rowsWithout(
  source: CellSource,
  { column, values }: NonNullable<StudySource["leaveOut"]>,
): Int32Array {
  const found = source.obs.values(column).map(String);
  return Int32Array.from(found.keys()).filter((row) => !values.includes(found[row]));
}

/** A study whose types are named by words: those that the ontology knows become ids. */
function namedStudy(source: CellSource, column: string, ontology: Ontology): Study {
  const idOf = (label: string) => findTerm(ontology, label)?.term.id ?? null;
  const texts = source.obs.values(column).map(String);
  const ids = new Map([...new Set(texts)].map((text) => [text, idOf(text)]));
  return { name: source.name, source, types: texts.map((text) => ids.get(text) ?? null) };
}

/** A simulated atlas as one study, for use without real data. */
export function simulatedStudy(
  ontology: Ontology,
  { vocabulary, cells, types, rng }: { vocabulary: GeneVocabulary; cells: number; types: number; rng: Rng },
): Study {
  return studyOf(simulateAtlas(ontology, { cells, types, vocabulary: vocabulary.symbols }, rng));
}
