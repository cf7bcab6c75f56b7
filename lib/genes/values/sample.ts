import type { CellSource } from "../../data/mod.ts";

/** One cell's stored values without zeros. */
export interface SampledRow {
  readonly row: number;
  readonly values: Float32Array;
  /** Gene of each value. */
  readonly columns: Int32Array;
}

/** Cells in blocks of neighbours spread evenly over a file. */
export function* sampledRows(source: CellSource, sample: number): Generator<SampledRow> {
  const block = Math.min(32, source.nObs);
  const blocks = Math.max(1, Math.min(Math.ceil(sample / block), Math.floor(source.nObs / block)));
  for (let b = 0; b < blocks; b++) {
    const start = blocks === 1 ? 0 : Math.floor(b * (source.nObs - block) / (blocks - 1));
    yield* rowsOf(source, start, start + block);
  }
}

const BLOCK = 1024;

/** Every cell of a file, in order. */
export function* allRows(source: CellSource): Generator<SampledRow> {
  for (let start = 0; start < source.nObs; start += BLOCK) {
    yield* rowsOf(source, start, Math.min(start + BLOCK, source.nObs));
  }
}

function* rowsOf(source: CellSource, start: number, end: number): Generator<SampledRow> {
  const { rows, indptr, indices, data } = source.rows(start, end);
  for (let at = 0; at < rows; at++) {
    const values = data.subarray(indptr[at], indptr[at + 1]);
    const columns = indices.subarray(indptr[at], indptr[at + 1]);
    if (!values.includes(0)) yield { row: start + at, values, columns };
    else {
      const kept = Int32Array.from(values.keys().filter((i) => values[i] !== 0));
      yield {
        row: start + at,
        values: Float32Array.from(kept, (i) => values[i]),
        columns: kept.map((i) => columns[i]),
      };
    }
  }
}
