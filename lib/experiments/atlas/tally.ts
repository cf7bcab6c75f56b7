import { type ConfidenceBin, expectedCalibrationError } from "../../metrics/mod.ts";
import { ancestors, type Ontology } from "../../ontology/mod.ts";

/** Calls of any number of cells in constant memory: pairs of true and called type, and hits by confidence. */
export interface Tally {
  /** Cells by true and then by called type. */
  readonly pairs: Map<string, Map<string, number>>;
  /** Cells by tenths of confidence; right are those named by the truth or a subtype of it. */
  readonly bins: readonly ConfidenceBin[];
}

const BINS = 10;

export const emptyTally = (): Tally => ({
  pairs: new Map(),
  bins: Array.from({ length: BINS }, () => ({ cells: 0, confidence: 0, right: 0 })),
});

/** A cell's name held against its label, both Cell Ontology ids. */
export interface Judged {
  readonly truth: string;
  readonly called: string;
  readonly confidence: number;
}

/** Says whether a called type is the true one or a subtype of it: what scTab counts as right. */
export type Rule = (called: string, truth: string) => boolean;

/** scTab's rule (Fischer et al. 2024): a subtype of the truth is right, an ancestor of it wrong. */
export function subtypeRule(ontology: Ontology): Rule {
  const above = new Map<string, Map<string, number>>();
  return (called, truth) => {
    if (called === truth) return true;
    let found = above.get(called);
    if (!found) {
      above.set(called, found = ontology.terms.has(called) ? ancestors(ontology, called) : new Map());
    }
    return found.has(truth);
  };
}

export function addToTally({ pairs, bins }: Tally, { truth, called, confidence }: Judged, rule: Rule): void {
  let row = pairs.get(truth);
  if (!row) pairs.set(truth, row = new Map());
  row.set(called, (row.get(called) ?? 0) + 1);
  const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))];
  bin.cells++;
  bin.confidence += confidence;
  if (rule(called, truth)) bin.right++;
}

/** Scores of one true type under a rule. */
export interface TypeScore {
  readonly id: string;
  readonly cells: number;
  /** Cells called so, after calls that the rule accepts count as the truth. */
  readonly called: number;
  readonly right: number;
}

/** Every type that is true or called; calls that the rule accepts are taken for the truth first, as scTab does. */
export function typeScores({ pairs }: Tally, rule: Rule): TypeScore[] {
  const scores = new Map<string, { cells: number; called: number; right: number }>();
  const of = (id: string) => {
    let score = scores.get(id);
    if (!score) scores.set(id, score = { cells: 0, called: 0, right: 0 });
    return score;
  };
  for (const [truth, row] of pairs) {
    for (const [called, cells] of row) {
      const corrected = rule(called, truth) ? truth : called;
      of(truth).cells += cells;
      of(corrected).called += cells;
      if (corrected === truth) of(truth).right += cells;
    }
  }
  return [...scores].map(([id, score]) => ({ id, ...score }));
}

/** Names of scores in results files. */
export type TallyMetric = "accuracy" | "macro_f1" | "ontology_accuracy" | "ontology_macro_f1" | "ece";

/**
 * accuracy and macro_f1 by equal ids, ontology_accuracy and ontology_macro_f1 by scTab's rule, ece = the expected
 * calibration error over tenths of confidence, sum over bins of share |mean confidence - share right|.
 */
export function tallyMetrics(tally: Tally, rule: Rule): Record<TallyMetric, number> {
  const strict = summarise(typeScores(tally, (called, truth) => called === truth));
  const lenient = summarise(typeScores(tally, rule));
  return {
    accuracy: strict.accuracy,
    macro_f1: strict.macroF1,
    ontology_accuracy: lenient.accuracy,
    ontology_macro_f1: lenient.macroF1,
    ece: expectedCalibrationError(tally.bins),
  };
}

/** F1 of a type, 2 right / (true + called). */
export const f1Of = ({ cells, called, right }: TypeScore): number => 2 * right / (cells + called);

function summarise(scores: readonly TypeScore[]): { accuracy: number; macroF1: number } {
  const [right, cells] = [scores.map((it) => it.right), scores.map((it) => it.cells)].map(sum);
  return { accuracy: right / cells, macroF1: sum(scores.map(f1Of)) / scores.length };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
