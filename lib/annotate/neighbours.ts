import * as tf from "../tensor/mod.ts";
import { largest, type Table, tableRows, takeRows, tensorOf, unitRows } from "../matrix/mod.ts";

/** For each cell the rows of its nearest cells, itself first: `[cells, count]`. */
export interface Neighbours {
  readonly rows: Int32Array;
  readonly count: number;
}

/** A fiftieth of the cells, within these bounds: enough to steady an answer, few enough to stay within a type. */
const COUNT = { least: 3, most: 15, share: 1 / 50 };
/** Cells among which neighbours are searched at most; the cells of a larger file are dealt out to several groups. */
const GROUP = 8192;
const CHUNK = 1024;

/** The nearest cells of a file by cosine of their vectors. */
export function findNeighbours(embeddings: Table): Neighbours {
  const cells = embeddings.rows;
  const groups = Math.ceil(cells / GROUP);
  const smallest = Math.floor(cells / groups);
  const wanted = Math.round(Math.min(COUNT.most, Math.max(COUNT.least, smallest * COUNT.share)));
  const count = Math.max(1, Math.min(wanted, smallest));
  const rows = new Int32Array(cells * count);
  const unit = unitRows(embeddings);
  for (let group = 0; group < groups; group++) {
    const members = Int32Array.from(
      { length: Math.ceil((cells - group) / groups) },
      (_, i) => i * groups + group,
    );
    searchGroup(unit, members, { rows, count });
  }
  return { rows, count };
}

function searchGroup(
  unit: Table,
  members: Int32Array,
  { rows, count }: { rows: Int32Array; count: number },
): void {
  const table = takeRows(unit, members);
  const all = tensorOf(table);
  for (let start = 0; start < members.length; start += CHUNK) {
    const end = Math.min(start + CHUNK, members.length);
    const cosines = tf.tidy(() =>
      tf.matMul(tensorOf(tableRows(table, start, end)), all, false, true).dataSync<"float32">()
    );
    for (let i = start; i < end; i++) {
      const row = cosines.subarray((i - start) * members.length, (i - start + 1) * members.length);
      row[i] = Infinity; // itself first
      largest(row, count).forEach((place, k) => rows[members[i] * count + k] = members[place]);
    }
  }
  all.dispose();
}

/** The mean of each cell's row over its neighbours: `[cells, width]`. */
export function overNeighbours(table: Float32Array, { rows, count }: Neighbours): Float32Array {
  const cells = rows.length / count;
  const width = table.length / cells;
  const mean = new Float32Array(table.length);
  for (let cell = 0; cell < cells; cell++) {
    const own = mean.subarray(cell * width, (cell + 1) * width);
    for (let k = 0; k < count; k++) {
      const from = rows[cell * count + k] * width;
      for (let i = 0; i < width; i++) own[i] += table[from + i] / count;
    }
  }
  return mean;
}
