import { fitNeighbourDistance } from "../baselines/mod.ts";
import { auroc, averagePrecision, falsePositiveRate, hScore } from "../metrics/mod.ts";
import { dataError } from "../runtime/mod.ts";
import { bestOf } from "./by_text.ts";
import {
  type CellTables,
  type ExpertOptions,
  type Experts,
  fitExperts,
  type LearningCells,
  withoutTypes,
} from "./experts.ts";
import { fitNovelty } from "./novelty.ts";
import { NOVEL } from "./roll_up.ts";
import type { Scores } from "./scores.ts";

/** Cells whose types are known to whoever scores. */
export interface LabelledTables extends CellTables {
  readonly keys: readonly string[];
}

/** Options for a novelty experiment. */
export interface NoveltyExperimentOptions extends ExpertOptions {
  readonly signal?: AbortSignal;
  /** Called after each held-out type. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** One type held out. */
export interface HeldOutType {
  readonly key: string;
  /** Its cells in the query. */
  readonly cells: number;
  /** Ours is `kcellfm`; then `max_softmax` and `nearest_cells`. */
  readonly scores: Readonly<Record<string, Scores>>;
}

/** Types with fewer cells than this in the query are not held out. */
const LEAST = 5;

/**
 * Can it tell that it does not know? Takes each type of the reference away in turn, its cells staying in the query, learns
 * from the rest and scores how novel every cell of the query is: `auroc`, `aupr` and `fpr_at_95` of the held-out type's cells
 * against those of all types that were kept, and, where a rule says who is unknown, `seen_accuracy` (unknown is wrong),
 * `unseen_detected` and their `h_score`. The baselines see the same cells: `max_softmax`, 1 - the largest probability
 * (Hendrycks and Gimpel 2017), and `nearest_cells`, the mean distance to 15 cells of the reference among the
 * model's vectors (Sun et al. 2022); neither says who is unknown.
 *
 * @param reference e.g. of `readReference`; cells of the query whose type the whole reference lacks take no part
 * @throws {KcellfmError} tag "data", when fewer than three types of the reference have cells in the query.
 */
export function noveltyExperiment(
  reference: LearningCells,
  query: LabelledTables,
  options: NoveltyExperimentOptions,
): HeldOutType[] {
  const present = Map.groupBy(query.keys.keys(), (row) => query.keys[row]);
  const types = [...new Set(reference.keys)].filter((key) => (present.get(key)?.length ?? 0) >= LEAST).sort();
  if (types.length < 3) {
    throw dataError(
      `Cannot hold out types: ${types.length} of the reference have ${LEAST} cells or more in the query, at least three are needed`,
    );
  }
  return types.map((key, done) => {
    options.signal?.throwIfAborted();
    const row = holdOut(key, { reference, query, options });
    options.onProgress?.(done + 1, types.length);
    return row;
  });
}

interface Job {
  readonly reference: LearningCells;
  readonly query: LabelledTables;
  readonly options: NoveltyExperimentOptions;
}

function holdOut(key: string, { reference, query, options }: Job): HeldOutType {
  const known = withoutTypes(reference, new Set([key]));
  const experts = fitExperts(known, options);
  const { probabilities, called } = callAll(experts, query);
  const seen = new Set(known.keys);
  const rows = [...query.keys.keys()].filter((row) => query.keys[row] === key || seen.has(query.keys[row]));
  const positive = rows.map((row) => query.keys[row] === key);
  const rank = (values: Float32Array) => rankScores(positive, rows.map((row) => values[row]));
  const { signs, score } = fitNovelty(known, options);
  const novelty = score(signs(query), called);
  const confidence = bestOf(probabilities, experts.classes.length).confidence;
  const neighbours = fitNeighbourDistance(known.vectors)(query.vectors);
  return {
    key,
    cells: positive.filter(Boolean).length,
    scores: {
      kcellfm: {
        ...rank(novelty),
        ...ruleScores(rows, { positive, novelty, isRight: (row) => called[row] === query.keys[row] }),
      },
      max_softmax: rank(confidence.map((p) => 1 - p)),
      nearest_cells: rank(neighbours),
    },
  };
}

function callAll(experts: Experts, query: LabelledTables) {
  const probabilities = experts.answer(query);
  const { best } = bestOf(probabilities, experts.classes.length);
  return { probabilities, called: Array.from(best, (k) => experts.classes[k]) };
}

const rankScores = (positive: readonly boolean[], values: readonly number[]): Scores => ({
  auroc: auroc(positive, values),
  aupr: averagePrecision(positive, values),
  fpr_at_95: falsePositiveRate(positive, values),
});

function ruleScores(
  rows: readonly number[],
  { positive, novelty, isRight }: {
    positive: readonly boolean[];
    novelty: Float32Array;
    isRight: (row: number) => boolean;
  },
): Scores {
  const share = (of: readonly number[], test: (row: number) => boolean) => of.filter(test).length / of.length;
  const seenRows = rows.filter((_, i) => !positive[i]);
  const seen = share(seenRows, (row) => novelty[row] <= NOVEL && isRight(row));
  const unseen = share(rows.filter((_, i) => positive[i]), (row) => novelty[row] > NOVEL);
  return { seen_accuracy: seen, unseen_detected: unseen, h_score: hScore({ seen, unseen }) };
}
