import type { CellSource } from "../data/mod.ts";
import { type DetectedValues, readLog1p } from "./values/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import { type CsrMatrix, type CsrRow, gatherRows, moveColumns, pickRows } from "../matrix/mod.ts";

/** Cells of one file on their way into a model. */
export interface ModelCells {
  readonly source: CellSource;
  /** Form of the file's values; decides the conversion to log1p. */
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

/** 1 for each gene of the vocabulary that a file has, expressed or not. */
export function measuredGenes({ tokenOf, genes }: Pick<ModelCells, "tokenOf" | "genes">): Uint8Array {
  const measured = new Uint8Array(genes);
  for (const token of tokenOf) if (token >= 0) measured[token] = 1;
  return measured;
}

/** Cells in the vocabulary's columns. */
export interface ModelMatrix extends CsrMatrix {
  /** 1 for each gene that their file has ({@linkcode measuredGenes}); where it is missing all genes count as measured. */
  readonly measured?: Uint8Array;
  /** Mean profile of their file, for a model that reads profiles with and without it. */
  readonly centre?: Float32Array;
}

/**
 * log1p values of rows [start, end), one column a gene of the vocabulary; unknown genes are dropped after scaling.
 * Columns of one gene are added as amounts; values that are taken as they are keep the first of them.
 */
export function readModelCells(cells: ModelCells, start: number, end: number): ModelMatrix {
  const log1p = readLog1p(cells.source, cells.values, { start, end });
  const moved = moveColumns(log1p, {
    placeOf: cells.tokenOf,
    cols: cells.genes,
    ...(!cells.values.asTheyAre && { join: (a, b) => Math.log1p(Math.expm1(a) + Math.expm1(b)) }),
  });
  return { ...moved, measured: measuredGenes(cells) };
}

/** A batch of cells in the vocabulary's columns, with their classes. */
export interface CellBatch {
  /** With the genes that their file has, where all are of one. */
  readonly cells: ModelMatrix;
  readonly classes: Int32Array;
  /** Of each cell, the place of its file among those that were read together. */
  readonly studies: Int32Array;
}

const BLOCK = 256;

/**
 * All cells of several files once, in random order, read in blocks of 256 rows: blocks come in random order and
 * mix in a buffer, so that no file is ever whole in memory. The last batch may be smaller; one of a single cell is left out.
 */
export function* shuffledBatches(
  sets: readonly LabelledCells[],
  { batchSize, rng, buffer = 8 * BLOCK, group }: {
    batchSize: number;
    rng: Rng;
    buffer?: number;
    /** Cells of one file that stay together in a batch; default: each goes its own way. */
    group?: number;
  },
): Generator<CellBatch> {
  let pending: LabelledRow[] = [];
  for (const block of rng.split("blocks").shuffle(blocksOf(sets))) {
    const { start } = block;
    pending.push(...readBlock(block));
    if (pending.length < buffer) continue;
    pending = mix(pending, { group, rng: rng.split(`buffer/${start}/${pending.length}`) });
    while (pending.length > buffer / 2) yield toBatch(pending.splice(-batchSize));
  }
  pending = mix(pending, { group, rng: rng.split("rest") });
  for (let at = 0; at < pending.length; at += batchSize) {
    const batch = pending.slice(at, at + batchSize);
    if (batch.length > 1) yield toBatch(batch);
  }
}

/** Cells in random order, where asked in runs of one file. */
function mix(cells: LabelledRow[], { group, rng }: { group?: number; rng: Rng }): LabelledRow[] {
  const shuffled = rng.shuffle(cells);
  if (group === undefined) return shuffled;
  const runs = [...Map.groupBy(shuffled, ({ study }) => study).values()].flatMap((own) =>
    Array.from({ length: Math.ceil(own.length / group) }, (_, i) => own.slice(i * group, (i + 1) * group))
  );
  return rng.split("runs").shuffle(runs).flat();
}

/** The cells of several files in file order. */
export function* orderedBatches(sets: readonly LabelledCells[], batchSize: number): Generator<CellBatch> {
  for (const block of blocksOf(sets)) {
    const cells = readBlock(block);
    for (let at = 0; at < cells.length; at += batchSize) yield toBatch(cells.slice(at, at + batchSize));
  }
}

interface Block {
  readonly set: LabelledCells;
  readonly study: number;
  readonly start: number;
}

function blocksOf(sets: readonly LabelledCells[]): Block[] {
  return sets.flatMap((set, study) => {
    const starts = new Set(Array.from(set.rows, (row) => Math.floor(row / BLOCK) * BLOCK));
    return Array.from(starts, (start) => ({ set, study, start }));
  });
}

interface LabelledRow extends CsrRow {
  readonly matrix: ModelMatrix;
  readonly label: number;
  readonly study: number;
}

function readBlock({ set, study, start }: Block): LabelledRow[] {
  const end = Math.min(start + BLOCK, set.source.nObs);
  const matrix = readModelCells(set, start, end);
  return Array.from(
    set.rows.filter((row) => row >= start && row < end),
    (row) => ({ matrix, row: row - start, label: set.classes[row], study }),
  );
}

function toBatch(rows: readonly LabelledRow[]): CellBatch {
  const [{ matrix: { cols, measured }, study: first }] = rows;
  const oneFile = rows.every(({ study }) => study === first);
  const cells = gatherRows(rows, cols);
  return {
    cells: oneFile ? { ...cells, measured } : cells,
    classes: Int32Array.from(rows, ({ label }) => label),
    studies: Int32Array.from(rows, ({ study }) => study),
  };
}

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
