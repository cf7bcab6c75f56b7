/** A class label: a name, a Cell Ontology id or a number. */
export type Label = string | number;

/** Counts of true (rows) by predicted (columns) labels, in the order of `labels`. */
export interface ConfusionMatrix<L extends Label = Label> {
  readonly labels: readonly L[];
  readonly counts: readonly (readonly number[])[];
}

/** Scores of one class; a ratio without cases is 0, as in scikit-learn's `zero_division=0`. */
export interface ClassScore<L extends Label = Label> {
  readonly label: L;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** True cells of this class. */
  readonly support: number;
}

/**
 * The share of equal pairs.
 *
 * @throws {RangeError} when the lists are empty or differ in length (as every metric of this file).
 */
export function accuracy<L extends Label>(truth: readonly L[], predicted: readonly L[]): number {
  requirePairs(truth, predicted);
  return truth.reduce((hits, label, i) => hits + Number(label === predicted[i]), 0) / truth.length;
}

/** Counts by true and predicted label over the sorted union of both, or over `labels` when they are given. */
export function confusionMatrix<L extends Label>(
  truth: readonly L[],
  predicted: readonly L[],
  { labels = unionOf(truth, predicted) }: { labels?: readonly L[] } = {},
): ConfusionMatrix<L> {
  requirePairs(truth, predicted);
  const index = new Map(labels.map((label, i) => [label, i]));
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  for (let i = 0; i < truth.length; i++) {
    const row = index.get(truth[i]);
    const column = index.get(predicted[i]);
    if (row !== undefined && column !== undefined) counts[row][column]++;
  }
  return { labels, counts };
}

/** Precision, recall, F1 = 2PR/(P+R) and support of every class in the union of true and predicted labels. */
export function perClass<L extends Label>(truth: readonly L[], predicted: readonly L[]): ClassScore<L>[] {
  const { labels, counts } = confusionMatrix(truth, predicted);
  return labels.map((label, k) => {
    const support = sum(counts[k]);
    const called = sum(counts.map((row) => row[k]));
    const hits = counts[k][k];
    return {
      label,
      precision: ratio(hits, called),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, support + called),
      support,
    };
  });
}

/** The unweighted mean of F1 over the union of true and predicted labels (scikit-learn's `average="macro"`). */
export function macroF1<L extends Label>(truth: readonly L[], predicted: readonly L[]): number {
  const scores = perClass(truth, predicted);
  return sum(scores.map(({ f1 }) => f1)) / scores.length;
}

/** The mean of F1 weighted by the true cells of each class (scikit-learn's `average="weighted"`). */
export function weightedF1<L extends Label>(truth: readonly L[], predicted: readonly L[]): number {
  return sum(perClass(truth, predicted).map(({ f1, support }) => f1 * support)) / truth.length;
}

/**
 * Accuracy that forgives a finer answer: a prediction counts when it is the true term or a descendant of it;
 * an ancestor is still wrong (the granularity rule of scTab, Fischer et al. 2024).
 */
export function ontologyAccuracy(
  truth: readonly string[],
  predicted: readonly string[],
  { ancestorsOf }: { ancestorsOf: (id: string) => { has(id: string): boolean } },
): number {
  requirePairs(truth, predicted);
  const isHit = (id: string, i: number) => id === predicted[i] || ancestorsOf(predicted[i]).has(id);
  return truth.filter(isHit).length / truth.length;
}

/**
 * Accuracy at any grain: a prediction counts when it is on one line of the ontology with the truth: the same term, one above it
 * or one below it. Coarse answers always gain by it, so compare methods that choose among the same classes.
 */
export function hierarchicalAccuracy(
  truth: readonly string[],
  predicted: readonly string[],
  { sameLine }: { sameLine: (a: string, b: string) => boolean },
): number {
  requirePairs(truth, predicted);
  return truth.filter((id, i) => sameLine(id, predicted[i])).length / truth.length;
}

function unionOf<L extends Label>(truth: readonly L[], predicted: readonly L[]): L[] {
  return [...new Set([...truth, ...predicted])].sort((a, b) => (a < b ? -1 : 1));
}

function requirePairs(truth: readonly unknown[], predicted: readonly unknown[]): void {
  if (truth.length > 0 && truth.length === predicted.length) return;
  throw new RangeError(
    `Cannot score ${predicted.length} predictions against ${truth.length} labels: expected the same number of each, at least one`,
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const ratio = (part: number, whole: number): number => whole === 0 ? 0 : part / whole;
