import { type FeatureTable, fitLogisticRegression, softmaxRows } from "../../baselines/mod.ts";
import { cosines } from "../../cell/mod.ts";
import { cohenKappa } from "../../metrics/mod.ts";
import { bestOf } from "./by_text.ts";
import type { Embedder } from "./embedder.ts";

/** What the model knows of types by their ontology text. */
export type TextKnowledge = Pick<Embedder, "types" | "temperature">;

/** What a head is fitted with. */
export interface HeadOptions {
  readonly seed: number;
  readonly text: TextKnowledge;
}

/** Full agreement would leave the reference no say. */
const MAX_TEXT_WEIGHT = 10;

/** Names cells among the types of a reference. */
export interface Head {
  /** Keys of the types, in the order of the scores. */
  readonly classes: readonly string[];
  /** How far the text is trusted: 0 not at all, 1 as far as the reference. */
  readonly textWeight: number;
  /** log p(type | reference) + textWeight log p(type | text), rows x classes, up to a constant of the row. */
  scores(cells: FeatureTable): Float32Array;
}

/**
 * Fits a head to labelled unit vectors: a multinomial logistic regression, multiplied by what the text of the types
 * says (a product of two experts). The reference knows its own types best, but also its own technology; the text
 * was learned from several studies and holds the calls together where a file differs from the reference. It is
 * trusted as far as it agrees with the reference's labels: by kappa / (1 - kappa), Cohen's kappa as odds, so not at all
 * for a tissue that the model has never met.
 *
 * The vectors are not scaled to unit variance first: that would raise directions in which the reference's cells
 * hardly differ, and those are the ones that differ by technology in the next file.
 *
 * @param options.c inverse strength of the regression's penalty; default 1
 */
export function fitHead(
  table: FeatureTable,
  keys: readonly string[],
  { seed, text, c = 1 }: HeadOptions & { c?: number },
): Head {
  const model = fitLogisticRegression(table, keys, { seed, c, standardise: false });
  const { classes } = model;
  const textWeight = textAgreement(table, keys, { classes, text });
  return {
    classes,
    textWeight,
    scores(cells) {
      const logs = textLogProbabilities(cells, classes, text);
      const { probabilities } = model.predict(cells);
      return logs.map((log, at) => textWeight * log + Math.log(Math.max(probabilities[at], 1e-30)));
    },
  };
}

function textAgreement(
  table: FeatureTable,
  keys: readonly string[],
  { classes, text }: { classes: readonly string[]; text: TextKnowledge },
): number {
  const { best } = bestOf(textLogProbabilities(table, classes, text), classes.length);
  const kappa = Math.max(0, cohenKappa(keys, Array.from(best, (k) => classes[k])));
  return Math.min(MAX_TEXT_WEIGHT, kappa / (1 - kappa));
}

/**
 * log softmax(cosine / temperature) over those of the classes that the text knows, which share the probability
 * known / classes; a class that it does not know has 1 / classes.
 */
export function textLogProbabilities(
  cells: FeatureTable,
  classes: readonly string[],
  { types, temperature }: TextKnowledge,
): Float32Array {
  const logs = new Float32Array(cells.rows * classes.length).fill(-Math.log(classes.length));
  const rowOf = new Map(types.ids.map((id, row) => [id, row]));
  const known = [...classes.keys()].filter((k) => rowOf.has(classes[k]));
  if (known.length === 0) return logs;
  const vectors = new Float32Array(known.length * types.dim);
  known.forEach((k, i) =>
    vectors.set(rowAt(types.vectors, rowOf.get(classes[k]) ?? 0, types.dim), i * types.dim)
  );
  const embeddings = { vectors: cells.features, rows: cells.rows, width: cells.cols };
  const similar = cosines(embeddings, { vectors, width: types.dim });
  const shares = softmaxRows(similar.map((cosine) => cosine / temperature), known.length);
  const share = Math.log(known.length / classes.length);
  for (let at = 0; at < shares.length; at++) {
    const cell = Math.floor(at / known.length);
    logs[cell * classes.length + known[at % known.length]] = share + Math.log(Math.max(shares[at], 1e-30));
  }
  return logs;
}

const rowAt = (vectors: Float32Array, row: number, width: number): Float32Array =>
  vectors.subarray(row * width, (row + 1) * width);
