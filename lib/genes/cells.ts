import type { CellSource } from "../data/mod.ts";
import { type DetectedValues, readLog1p } from "./values/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import type { CsrMatrix } from "../matrix/mod.ts";

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
  const add = cells.values.asTheyAre
    ? (a: number) => a
    : (a: number, b: number) => Math.log1p(Math.expm1(a) + Math.expm1(b));
  return moveColumns(log1p, cells, add);
}

function moveColumns(
  matrix: CsrMatrix,
  { tokenOf, genes }: ModelCells,
  add: (a: number, b: number) => number,
): CsrMatrix {
  const indptr = new Int32Array(matrix.rows + 1);
  const indices = new Int32Array(matrix.indices.length);
  const data = new Float32Array(matrix.data.length);
  const placeOf = new Int32Array(genes).fill(-1);
  let kept = 0;
  for (let row = 0; row < matrix.rows; row++) {
    for (let i = matrix.indptr[row]; i < matrix.indptr[row + 1]; i++) {
      const token = tokenOf[matrix.indices[i]];
      if (token < 0) continue;
      const place = placeOf[token];
      if (place >= indptr[row]) {
        data[place] = add(data[place], matrix.data[i]);
        continue;
      }
      placeOf[token] = kept;
      indices[kept] = token;
      data[kept++] = matrix.data[i];
    }
    indptr[row + 1] = kept;
  }
  return {
    rows: matrix.rows,
    cols: genes,
    indptr,
    indices: indices.subarray(0, kept),
    data: data.subarray(0, kept),
  };
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
  let pending: OneCell[] = [];
  for (const { set, start } of rng.split("blocks").shuffle(blocksOf(sets))) {
    pending.push(...readBlock(set, start));
    if (pending.length < buffer) continue;
    rng.split(`buffer/${start}/${pending.length}`).shuffle(pending);
    while (pending.length > buffer / 2) yield stackCells(pending.splice(-batchSize));
  }
  rng.split("rest").shuffle(pending);
  for (let at = 0; at < pending.length; at += batchSize) {
    const batch = pending.slice(at, at + batchSize);
    if (batch.length > 1) yield stackCells(batch);
  }
  pending = [];
}

/** The cells of several files in file order. */
export function* orderedBatches(sets: readonly LabelledCells[], batchSize: number): Generator<CellBatch> {
  for (const { set, start } of blocksOf(sets)) {
    const cells = readBlock(set, start);
    for (let at = 0; at < cells.length; at += batchSize) yield stackCells(cells.slice(at, at + batchSize));
  }
}

function blocksOf(sets: readonly LabelledCells[]): { set: LabelledCells; start: number }[] {
  return sets.flatMap((set) => {
    const starts = new Set(Array.from(set.rows, (row) => Math.floor(row / BLOCK) * BLOCK));
    return Array.from(starts, (start) => ({ set, start }));
  });
}

interface OneCell {
  readonly cols: number;
  readonly indices: Int32Array;
  readonly data: Float32Array;
  readonly label: number;
}

function readBlock(set: LabelledCells, start: number): OneCell[] {
  const end = Math.min(start + BLOCK, set.source.nObs);
  const block = readModelCells(set, start, end);
  return Array.from(set.rows.filter((row) => row >= start && row < end), (row) => {
    const [from, to] = [block.indptr[row - start], block.indptr[row - start + 1]];
    const range = { indices: block.indices.subarray(from, to), data: block.data.subarray(from, to) };
    return { cols: set.genes, ...range, label: set.classes[row] };
  });
}

function stackCells(cells: readonly OneCell[]): CellBatch {
  const indptr = new Int32Array(cells.length + 1);
  cells.forEach((cell, row) => indptr[row + 1] = indptr[row] + cell.data.length);
  const indices = new Int32Array(indptr[cells.length]);
  const data = new Float32Array(indptr[cells.length]);
  cells.forEach((cell, row) => {
    indices.set(cell.indices, indptr[row]);
    data.set(cell.data, indptr[row]);
  });
  return {
    cells: { rows: cells.length, cols: cells[0].cols, indptr, indices, data },
    classes: Int32Array.from(cells, (cell) => cell.label),
  };
}
