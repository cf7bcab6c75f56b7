import {
  accuracy,
  auroc,
  type ClassScore,
  type ConfusionMatrix,
  confusionMatrix,
  macroF1,
  ontologyAccuracy,
  perClass,
  weightedF1,
} from "../metrics/mod.ts";
import {
  ancestors,
  type CellLabels,
  type CellType,
  informationContent,
  keyOf,
  type Ontology,
} from "../ontology/mod.ts";
import { dataError } from "../runtime/mod.ts";
import { type RolledUp, UNKNOWN } from "./roll_up.ts";
import type { Calls } from "./types.ts";

/** Metrics by snake_case name. */
export type Scores = Record<string, number>;

/** Predictions held against the file's own labels. */
export interface Evaluation {
  /** The obs column that holds the truth. */
  readonly truthKey: string;
  /** Cells that have a label. */
  readonly cells: number;
  readonly metrics: Scores;
  readonly perClass: readonly ClassScore<string>[];
  readonly confusion: ConfusionMatrix<string>;
  readonly baselines: Record<string, Scores>;
}

/** True and called types of the cells that have a label. */
export interface Pairs {
  readonly rows: Int32Array;
  readonly truth: readonly CellType[];
}

/** The rows with a label. @throws {KcellfmError} tag "data", when there are none. */
export function labelledPairs(labels: CellLabels): Pairs {
  const rows = Int32Array.from(labels.keys()).filter((row) => labels[row] !== null);
  if (rows.length === 0) throw dataError("Cannot score the calls: no cell has a true label");
  return { rows, truth: labels.filter((type) => type !== null) };
}

/** Accuracy, macro-F1, weighted F1 and the accuracy that takes a subtype for right, of types by `keyOf`. */
export function scoreTypes(
  truth: readonly CellType[],
  called: readonly CellType[],
  ontology: Ontology,
): Scores {
  const [a, b] = [truth.map(keyOf), called.map(keyOf)];
  const above = new Map(
    [...new Set(b)].map((id) => [id, ontology.terms.has(id) ? ancestors(ontology, id) : new Map()]),
  );
  return {
    accuracy: accuracy(a, b),
    macro_f1: macroF1(a, b),
    weighted_f1: weightedF1(a, b),
    ontology_accuracy: ontologyAccuracy(a, b, { ancestorsOf: (id) => above.get(id) ?? new Map() }),
  };
}

/** Scores of the calls, and how well novelty tells cells of types that could not be called. */
export function scoreCalls(calls: Calls, { rows, truth }: Pairs, ontology: Ontology): Scores {
  const called = Array.from(rows, (row) => calls.types[calls.best[row]]);
  const known = new Set(calls.types.map(keyOf));
  const isNew = truth.map((type) => !known.has(keyOf(type)));
  const both = isNew.includes(true) && isNew.includes(false);
  return {
    ...scoreTypes(truth, called, ontology),
    ...(both ? { novelty_auroc: auroc(isNew, Array.from(rows, (row) => calls.novelty[row])) } : {}),
  };
}

/**
 * Scores of rolled-up answers: `hierarchical_accuracy`, where an answer is right if it is the true type, above it or below it;
 * `information`, the mean information content of the answers, without which the root would always be the best;
 * `rolled_up` and `unknown`, the shares of cells. Unknown is right for a cell whose type could not be called, and says nothing.
 */
export function scoreRolledUp(
  rolled: RolledUp,
  calls: Calls,
  { pairs, ontology }: { pairs: Pairs; ontology: Ontology },
): Scores {
  const known = new Set(calls.types.map(keyOf));
  const above = new Map<string, ReadonlyMap<string, number>>();
  const higher = (id: string) => {
    const found = above.get(id) ?? (ontology.terms.has(id) ? ancestors(ontology, id) : new Map());
    above.set(id, found);
    return found;
  };
  const information = Float64Array.from(
    rolled.types,
    (type) => type === UNKNOWN ? 0 : ontology.terms.has(type.id) ? informationContent(ontology, type.id) : 1,
  );
  const isRight = (truth: CellType, place: number) => {
    const answer = rolled.types[place];
    if (answer === UNKNOWN) return !known.has(keyOf(truth));
    return keyOf(truth) === keyOf(answer) || higher(truth.id).has(answer.id) ||
      higher(answer.id).has(truth.id);
  };
  const places = Array.from(pairs.rows, (row) => rolled.place[row]);
  const share = (test: (place: number, i: number) => boolean) => places.filter(test).length / places.length;
  return {
    hierarchical_accuracy: share((place, i) => isRight(pairs.truth[i], place)),
    information: places.reduce((sum, place) => sum + information[place], 0) / places.length,
    flat_information: places.reduce((sum, _, i) => sum + information[calls.best[pairs.rows[i]]], 0) /
      places.length,
    rolled_up: share((place, i) => rolled.types[place] !== UNKNOWN && place !== calls.best[pairs.rows[i]]),
    unknown: share((place) => rolled.types[place] === UNKNOWN),
  };
}

/** The table of true by called types under their names, and the scores of each class. */
export function tabulate(truth: readonly CellType[], called: readonly CellType[]) {
  const nameOf = new Map([...called, ...truth].map((type) => [keyOf(type), type.name]));
  const name = (type: CellType) => nameOf.get(keyOf(type)) ?? type.name;
  const [a, b] = [truth.map(name), called.map(name)];
  return { confusion: confusionMatrix(a, b), perClass: perClass(a, b) };
}
