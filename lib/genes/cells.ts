import type { CellSource } from "../data/mod.ts";
import { type DetectedValues, readLog1p } from "./values/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import { type CsrMatrix, type CsrRow, gatherRows, moveColumns, pickRows } from "../matrix/mod.ts";

/** Cells of one file on their way into a model. */
export interface ModelCells {
  readonly source: CellSource;
  /** What the file holds; decides how it becomes log1p values. */
  readonly values: DetectedValues;
  /** File column -> gene of the vocabulary, or -1. */
  readonly tokenOf: Int32Array;
  /** Number of genes in the vocabulary. */
  readonly genes: number;
}

/** Some cells of a file with their classes. */
export interface LabelledCells extends ModelCells {
  /** Rows that take part, ascending. */
  readonly rows: Int32Array;
  /** Class of every row of the file, or -1. */
  readonly classes: Int32Array;
}

/**
 * log1p values of rows [start, end), one column a gene of the vocabulary; unknown genes are dropped after scaling.
 * Columns of one gene are added as amounts; values that are taken as they are keep the first of them.
 */
export function readModelCells(cells: ModelCells, start: number, end: number): CsrMatrix {
  const log1p = readLog1p(cells.source, cells.values, { start, end });
  return moveColumns(log1p, {
    placeOf: cells.tokenOf,
    cols: cells.genes,
    ...(!cells.values.asTheyAre && { join: (a, b) => Math.log1p(Math.expm1(a) + Math.expm1(b)) }),
  });
}

/** A batch of cells in the vocabulary's columns, with their classes. */
export interface CellBatch {
  readonly cells: CsrMatrix;
  readonly classes: Int32Array;
}

const BLOCK = 256;

/**
 * All cells of several files once, in random order, read in blocks of 256 rows: blocks come in random order and
 * mix in a buffer, so that no file is ever whole in memory. The last batch may be smaller; one of a single cell is left out.
 */
export function* shuffledBatches(
  sets: readonly LabelledCells[],
  { batchSize, rng, buffer = 8 * BLOCK }: { batchSize: number; rng: Rng; buffer?: number },
): Generator<CellBatch> {
  const pending: LabelledRow[] = [];
  for (const { set, start } of rng.split("blocks").shuffle(blocksOf(sets))) {
    pending.push(...readBlock(set, start));
    if (pending.length < buffer) continue;
    rng.split(`buffer/${start}/${pending.length}`).shuffle(pending);
    while (pending.length > buffer / 2) yield toBatch(pending.splice(-batchSize));
  }
  rng.split("rest").shuffle(pending);
  for (let at = 0; at < pending.length; at += batchSize) {
    const batch = pending.slice(at, at + batchSize);
    if (batch.length > 1) yield toBatch(batch);
  }
}

/** The cells of several files in file order. */
export function* orderedBatches(sets: readonly LabelledCells[], batchSize: number): Generator<CellBatch> {
  for (const { set, start } of blocksOf(sets)) {
    const cells = readBlock(set, start);
    for (let at = 0; at < cells.length; at += batchSize) yield toBatch(cells.slice(at, at + batchSize));
  }
}

function blocksOf(sets: readonly LabelledCells[]): { set: LabelledCells; start: number }[] {
  return sets.flatMap((set) => {
    const starts = new Set(Array.from(set.rows, (row) => Math.floor(row / BLOCK) * BLOCK));
    return Array.from(starts, (start) => ({ set, start }));
  });
}

interface LabelledRow extends CsrRow {
  readonly label: number;
}

function readBlock(set: LabelledCells, start: number): LabelledRow[] {
  const end = Math.min(start + BLOCK, set.source.nObs);
  const matrix = readModelCells(set, start, end);
  return Array.from(
    set.rows.filter((row) => row >= start && row < end),
    (row) => ({ matrix, row: row - start, label: set.classes[row] }),
  );
}

const toBatch = (rows: readonly LabelledRow[]): CellBatch => ({
  cells: gatherRows(rows, rows[0].matrix.cols),
  classes: Int32Array.from(rows, ({ label }) => label),
});

/** Some cells of a file with the place of the first of them among all that were asked for. */
export interface CellRows {
  readonly at: number;
  readonly cells: CsrMatrix;
}

/** The named rows of a file (ascending) in the vocabulary's columns, read in blocks of 256. */
export function* readRows(cells: ModelCells, rows: Int32Array): Generator<CellRows> {
  for (let at = 0; at < rows.length;) {
    const start = Math.floor(rows[at] / BLOCK) * BLOCK;
    const block = readModelCells(cells, start, Math.min(start + BLOCK, cells.source.nObs));
    let end = at;
    while (end < rows.length && rows[end] < start + BLOCK) end++;
    yield { at, cells: pickRows(block, rows.subarray(at, end).map((row) => row - start)) };
    at = end;
  }
}
