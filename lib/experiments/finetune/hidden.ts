import * as tf from "../../tensor/mod.ts";
import { type CellModel, encodeUpTo, type HiddenTokens, tokenizeFor } from "../../cell/mod.ts";
import { type LabelledCells, orderedBatches } from "../../genes/mod.ts";

/** Output of the frozen layers for some cells, kept so that it is computed once. */
export interface HiddenCells {
  /** Row of the file -> its token vectors `[tokens, width]`, without padding. */
  readonly vectors: ReadonlyMap<number, Float32Array>;
  readonly width: number;
  /** The layer that they go into. */
  readonly layers: number;
}

/** Numbers that may be kept, 480 MB; with more cells the frozen layers are run again for every batch. */
const MOST_NUMBERS = 1.2e8;
/** Cells that go through the encoder at once. */
const BATCH = 32;

/** True if the vectors of this number of cells may be kept. */
export const fitsInMemory = (cells: number, { length, width }: CellModel["config"]): boolean =>
  cells * length * width <= MOST_NUMBERS;

/** Runs the first `layers` layers over the rows of `cells`. */
export function hideCells(model: CellModel, cells: LabelledCells, layers: number): HiddenCells {
  const { params, config } = model;
  const rows = cells.rows.toSorted();
  const vectors = new Map<number, Float32Array>();
  for (const batch of orderedBatches([{ ...cells, rows }], BATCH)) {
    const tokens = tokenizeFor(model, batch.cells);
    const hidden = tf.tidy(() => encodeUpTo(params, tokens, { config, layers }).dataSync<"float32">());
    tokens.lengths.forEach((length, i) => {
      const start = i * tokens.length * config.width;
      vectors.set(rows[vectors.size], hidden.slice(start, start + length * config.width));
    });
  }
  return { vectors, width: config.width, layers };
}

/** The kept vectors of some rows as one padded batch; call it within `tf.tidy`. */
export function takeHidden({ vectors, width }: HiddenCells, rows: ArrayLike<number>): HiddenTokens {
  const cells = Array.from(rows, (row) => {
    const found = vectors.get(row);
    if (!found) throw new RangeError(`Cannot take row ${row}: it was not run through the frozen layers`);
    return found;
  });
  const lengths = Int32Array.from(cells, (cell) => cell.length / width);
  const longest = Math.max(...lengths);
  const padded = new Float32Array(cells.length * longest * width);
  cells.forEach((cell, i) => padded.set(cell, i * longest * width));
  return { hidden: tf.tensor3d(padded, [cells.length, longest, width]), lengths };
}
