import * as tf from "../../tensor/mod.ts";
import { type CellModel, classifyCells, encodeCells, encodeFrom, tokenizeFor } from "../../cell/mod.ts";
import { type LabelledCells, orderedBatches } from "../../genes/mod.ts";
import type { Rng } from "../../runtime/mod.ts";
import { type HiddenCells, takeHidden } from "./hidden.ts";
import { softmaxRows, type Table, tableOf } from "../../matrix/mod.ts";

/** Cells as a model sees them. */
export interface EncodedCells {
  /** Rows of the file, ascending. */
  readonly rows: Int32Array;
  /** Cell embeddings, `[rows, width]`. */
  readonly vectors: Table;
  /** Output of the head, `[rows, classes]`, each row summing to one. */
  readonly probabilities: Float32Array;
}

/** Cells that go through the encoder at once. */
const BATCH = 32;

/**
 * Embeds and classifies the rows of a file. With `draws`, each cell is read that many times more with `hide` of its
 * genes left out, and vectors and probabilities are averaged over all readings.
 */
export function encodeRows(
  model: CellModel,
  cells: LabelledCells,
  { draws = 0, hide = 0.2, rng }: { draws?: number; hide?: number; rng?: Rng } = {},
): EncodedCells {
  const { width } = model.config;
  const rows = cells.rows.toSorted();
  const vectors = new Float32Array(rows.length * width);
  const probabilities = new Float32Array(rows.length * model.classes.length);
  let at = 0;
  for (const batch of orderedBatches([{ ...cells, rows }], BATCH)) {
    for (let draw = 0; draw <= draws; draw++) {
      const reading = draw > 0 && rng ? { rng: rng.split(`${at}/${draw}`), hide } : {};
      const answer = encodeBatch(model, tokenizeFor(model, batch.cells, reading));
      addScaled(vectors, answer.vectors, { at: at * width, share: 1 / (draws + 1) });
      addScaled(probabilities, answer.probabilities, {
        at: at * model.classes.length,
        share: 1 / (draws + 1),
      });
    }
    at += batch.classes.length;
  }
  return { rows, vectors: tableOf(vectors, width), probabilities };
}

/** {@linkcode encodeRows} of rows whose vectors below the learning layers are kept. */
export function encodeHidden(model: CellModel, hidden: HiddenCells, rows: Int32Array): EncodedCells {
  const { params, config, classes } = model;
  const vectors = new Float32Array(rows.length * config.width);
  const logits = new Float32Array(rows.length * classes.length);
  for (let at = 0; at < rows.length; at += BATCH) {
    const [batch, scores] = tf.tidy(() => {
      const kept = takeHidden(hidden, rows.subarray(at, at + BATCH));
      const { cells } = encodeFrom(params, kept, { config, first: hidden.layers });
      return [cells.dataSync<"float32">(), classifyCells(params.classifier, cells).dataSync<"float32">()];
    });
    vectors.set(batch, at * config.width);
    logits.set(scores, at * classes.length);
  }
  return {
    rows,
    vectors: tableOf(vectors, config.width),
    probabilities: softmaxRows(logits, classes.length),
  };
}

function encodeBatch({ params, config, classes }: CellModel, tokens: ReturnType<typeof tokenizeFor>) {
  const [vectors, logits] = tf.tidy(() => {
    const { cells } = encodeCells(params, tokens, { config });
    return [
      cells.dataSync<"float32">().slice(),
      classifyCells(params.classifier, cells).dataSync<"float32">().slice(),
    ];
  });
  return { vectors, probabilities: softmaxRows(logits, classes.length) };
}

function addScaled(
  target: Float32Array,
  values: Float32Array,
  { at, share }: { at: number; share: number },
): void {
  for (let i = 0; i < values.length; i++) target[at + i] += share * values[i];
}
