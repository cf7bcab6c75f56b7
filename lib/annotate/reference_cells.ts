import { FEATURE_GENES, informativeGenes, readUnitFeatures, sharedGenes } from "../cell/mod.ts";
import type { ModelCells } from "../genes/mod.ts";
import { createRng, dataError, type Rng } from "../runtime/mod.ts";
import type { CellTables, LearningCells } from "./experts.ts";
import { type CellLabels, type CellType, keyAt, keyOf } from "../ontology/mod.ts";
import { type Table, takeRows, unitRows } from "../matrix/mod.ts";

/** A file of cells and what the model made of them. */
export interface EmbeddedCells {
  readonly cells: ModelCells;
  readonly embeddings: Table;
}

/** Embedded cells with their labels. */
export interface LabelledCells extends EmbeddedCells {
  readonly labels: CellLabels;
}

/** A reference in the form that it is learned in. */
export interface Reference extends LearningCells {
  /** The type of each key. */
  readonly types: ReadonlyMap<string, CellType>;
  /** Genes of the tables, ascending. */
  readonly columns: Int32Array;
}

/** Cells of a reference that are learned from at most, 192 MB at 2,000 genes; more are sampled. */
const MOST_CELLS = Math.floor(48_000_000 / FEATURE_GENES);
const HELD_OUT_SHARE = 0.2;
/** Types with fewer cells than this are not held out. */
const LEAST_TO_HOLD_OUT = 5;
const BLOCK = 512;

/**
 * Reads the labelled cells of a reference at the genes that the query has too, the 2,000 that say most of the types; a fifth
 * of each type is held out.
 *
 * @throws {KcellfmError} tag "data", when the reference has fewer than two types or no gene in common with the query.
 */
export function readReference(
  { cells, embeddings, labels }: LabelledCells,
  query: ModelCells,
  { seed }: { seed: number },
): Reference {
  const rng = createRng(seed);
  const rows = labelledRows(labels, rng.split("cells"));
  const keys = Array.from(rows, (row) => keyAt(labels, row));
  const types = typesOf(labels, rows);
  if (types.size < 2) {
    throw dataError(`Cannot use the reference: it has ${types.size} cell type, at least two are needed`);
  }
  const validation = holdOutByType(keys, rng.split("held-out"));
  const held = new Set(validation);
  const learned = rows.filter((_, i) => !held.has(i));
  const columns = sharedColumns({ cells, labels, types }, { learned, query });
  return { ...readTables({ cells, embeddings }, columns, rows), keys, types, columns, validation };
}

/** Rows of a file in both forms. */
export function readTables(
  { cells, embeddings }: EmbeddedCells,
  columns: Int32Array,
  rows: Int32Array,
): CellTables {
  return {
    genes: readUnitFeatures(cells, columns, rows),
    vectors: unitRows(takeRows(embeddings, rows)),
  };
}

/** All rows of a file in both forms, so many at a time that memory stays small. */
export function* readBlocks(cells: EmbeddedCells, columns: Int32Array): Generator<CellTables> {
  for (let start = 0; start < cells.embeddings.rows; start += BLOCK) {
    const count = Math.min(BLOCK, cells.embeddings.rows - start);
    yield readTables(cells, columns, Int32Array.from({ length: count }, (_, i) => start + i));
  }
}

function labelledRows(labels: CellLabels, rng: Rng): Int32Array {
  const rows = Int32Array.from(labels.keys()).filter((row) => labels[row] !== null);
  if (rows.length <= MOST_CELLS) return rows;
  return rng.sample(rows.length, MOST_CELLS).map((at) => rows[at]).sort();
}

function typesOf(labels: CellLabels, rows: Int32Array): Map<string, CellType> {
  const types = new Map<string, CellType>();
  for (const row of rows) {
    const type = labels[row];
    if (type && !types.has(keyOf(type))) types.set(keyOf(type), type);
  }
  return types;
}

/** A fifth of each type with at least five cells. */
function holdOutByType(keys: readonly string[], rng: Rng): Int32Array {
  const held = [...Map.groupBy(keys.keys(), (row) => keys[row]).values()].flatMap((rows) => {
    const count = rows.length < LEAST_TO_HOLD_OUT ? 0 : Math.round(rows.length * HELD_OUT_SHARE);
    return [...rng.shuffle([...rows])].slice(0, count);
  });
  return Int32Array.from(held).sort();
}

/** The genes of both files that say most of the types of the cells that are learned from. */
function sharedColumns(
  { cells, labels, types }: { cells: ModelCells; labels: CellLabels; types: ReadonlyMap<string, CellType> },
  { learned, query }: { learned: Int32Array; query: ModelCells },
): Int32Array {
  const shared = sharedGenes(cells, query);
  const codeOf = new Map([...types.keys()].map((key, code) => [key, code]));
  const classes = Int32Array.from(labels, (type) => type ? codeOf.get(keyOf(type)) ?? -1 : -1);
  return informativeGenes(shared, { ...cells, rows: learned, classes }, types.size);
}
