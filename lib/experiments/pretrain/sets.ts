import type { CellSource } from "../../data/mod.ts";
import { detectValues, type GeneVocabulary, type LabelledCells, matchGenes } from "../../genes/mod.ts";
import { dataError, type Rng } from "../../runtime/mod.ts";

/** Cells of one study with the Cell Ontology id of each, or null where it has none. */
export interface Study {
  readonly name: string;
  readonly source: CellSource;
  readonly types: readonly (string | null)[];
  /** Rows that take part, ascending; default: all. */
  readonly rows?: Int32Array;
  /** Form of the values; default: detected. */
  readonly values?: "counts";
}

/** One study, split into cells to learn from, to choose the epoch by, and to report on. */
export interface SplitStudy {
  readonly name: string;
  readonly train: LabelledCells;
  readonly validation: LabelledCells;
  readonly test: LabelledCells;
}

/** Everything a pretraining run reads. */
export interface PretrainingData {
  readonly studies: readonly SplitStudy[];
  /** Cell Ontology ids of the classes, sorted. */
  readonly classes: readonly string[];
  readonly vocabulary: GeneVocabulary;
}

/** The column that names each cell's type by its Cell Ontology id, as CELLxGENE and the simulator write it. */
export const ID_COLUMN = "cell_type_ontology_term_id";

/** Types with fewer training cells than this are not learned by name; their cells count as unlabelled. */
const MIN_CELLS = 10;

/** Shares of each type's cells that are kept for validation and for test. */
const HELD_OUT = { validation: 0.1, test: 0.2 };

/**
 * A file's cells with their Cell Ontology ids; a file without the id column gives unlabelled cells.
 */
export function studyOf(source: CellSource): Study {
  const column = source.obs.columns.includes(ID_COLUMN) ? source.obs.values(ID_COLUMN) : [];
  const types = Array.from({ length: source.nObs }, (_, i) => isCellId(column[i]) ? column[i] : null);
  return { name: source.name, source, types };
}

const isCellId = (value: unknown): value is string => typeof value === "string" && /^CL:\d{7}$/.test(value);

/**
 * Parts every study by type (70 % train, 10 % validation, 20 % test, drawn by `rng`) and matches its genes.
 *
 * @throws {KcellfmError} tag "data", when no study has labelled cells or one has too few known genes.
 */
export function preparePretraining(
  studies: readonly Study[],
  { vocabulary, rng, floor }: { vocabulary: GeneVocabulary; rng: Rng; floor?: number },
): PretrainingData {
  const classes = learnableTypes(studies);
  if (classes.length < 2) {
    throw dataError(
      `Cannot pretrain: ${classes.length} cell types have at least ${MIN_CELLS} cells; give files whose obs has ` +
        `${ID_COLUMN} with Cell Ontology ids`,
    );
  }
  const split = studies.map((study) =>
    splitStudy(study, { classes, vocabulary, floor, rng: rng.split(study.name) })
  );
  return { studies: split, classes, vocabulary };
}

function learnableTypes(studies: readonly Study[]): string[] {
  const counts = new Map<string, number>();
  for (const type of studies.flatMap(takenTypes)) {
    if (type) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts].filter(([, cells]) => cells >= MIN_CELLS).map(([id]) => id).sort();
}

const takenTypes = ({ types, rows }: Study): readonly (string | null)[] =>
  rows ? Array.from(rows, (row) => types[row]) : types;

function splitStudy(
  study: Study,
  options: { classes: readonly string[]; vocabulary: GeneVocabulary; floor?: number; rng: Rng },
): SplitStudy {
  const { classes, vocabulary, floor, rng } = options;
  const classOf = new Map(classes.map((id, i) => [id, i]));
  const labels = Int32Array.from(study.types, (id) => id === null ? -1 : classOf.get(id) ?? -1);
  const base = {
    source: study.source,
    values: detectValues(study.source, { expect: study.values }),
    tokenOf: matchGenes(study.source, vocabulary, { floor }).tokenOf,
    genes: vocabulary.symbols.length,
    classes: labels,
  };
  const parts = splitRows(labels, rng, study.rows);
  return {
    name: study.name,
    train: { ...base, rows: parts.train },
    validation: { ...base, rows: parts.validation },
    test: { ...base, rows: parts.test },
  };
}

/**
 * Rows of each part, ascending. Every class is split separately, so that rare types are in all parts; unlabelled
 * cells (-1) all go to training, where they still teach masked expression.
 */
export function splitRows(
  labels: Int32Array,
  rng: Rng,
  taken: ArrayLike<number> = Array.from(labels.keys()),
): { train: Int32Array; validation: Int32Array; test: Int32Array } {
  const parts = { train: [] as number[], validation: [] as number[], test: [] as number[] };
  for (const [label, own] of Map.groupBy(Array.from(taken), (row) => labels[row])) {
    const rows = rng.split(label).shuffle(own);
    const share = (part: number) => label < 0 ? 0 : Math.round(rows.length * part);
    const validation = share(HELD_OUT.validation);
    const test = validation + share(HELD_OUT.test);
    rows.forEach((row, i) => parts[i < validation ? "validation" : i < test ? "test" : "train"].push(row));
  }
  const sorted = (rows: number[]) => Int32Array.from(rows).sort();
  return { train: sorted(parts.train), validation: sorted(parts.validation), test: sorted(parts.test) };
}
