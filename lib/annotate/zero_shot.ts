import { softmaxRows, type Table } from "../matrix/mod.ts";
import type { MarkerEvidence } from "./marker_evidence.ts";
import { findNeighbours, type Neighbours, overNeighbours } from "./neighbours.ts";
import type { CellType } from "../ontology/mod.ts";

/** The evidence that names cells without a reference. */
export interface ZeroShotEvidence {
  /** The model's classes. */
  readonly types: readonly CellType[];
  /** The model's scores of them before the softmax, `[cells, types]`. */
  readonly scores: Float32Array;
  /** For the search of neighbours; null leaves each cell on its own. */
  readonly embeddings: Table | null;
  /** Null leaves markers out. */
  readonly markers: MarkerEvidence | null;
}

/** Weight of each piece of evidence. */
export interface ZeroShotTrust {
  /** Weight of a marker score, in nats a standard deviation. */
  readonly markers: number;
  /** Divides the logarithms before the last softmax: above 1 it makes answers less sure. */
  readonly temperature: number;
}

/** Chosen on the training sets that walkthrough-heldout has not seen (docs/LOG.md). */
export const TRUST: ZeroShotTrust = { markers: 0.7, temperature: 1.5 };

/** Intermediate results for each cell on the way to its probabilities. */
export interface ZeroShot {
  /** `[cells, types]`, rows sum to one. */
  readonly probabilities: Float32Array;
  /** Marker scores as they were used, `[cells, types]`; null without markers. */
  readonly markers: Float32Array | null;
  readonly neighbours: Neighbours | null;
}

/** Never less probable than this: a sure miss must not outweigh all markers. */
const FLOOR = 1e-6;

/**
 * The product of what the model and the markers say, each averaged over a cell's neighbours in the file:
 * `p ~ (mean p_model * exp(w * mean marker score))^(1 / T)`.
 */
export function weighEvidence(evidence: ZeroShotEvidence, trust: ZeroShotTrust = TRUST): ZeroShot {
  const { types, scores, embeddings, markers } = evidence;
  const width = types.length;
  const neighbours = embeddings && findNeighbours(embeddings);
  const average = (table: Float32Array) => neighbours ? overNeighbours(table, neighbours) : table;
  const model = average(softmaxRows(scores.slice(), width));
  const spoken = markers && average(markers.scores);
  const logits = model.map((p, i) =>
    (Math.log(p + FLOOR) + (spoken ? trust.markers * spoken[i] : 0)) / trust.temperature
  );
  return { probabilities: softmaxRows(logits, width), markers: spoken, neighbours };
}
