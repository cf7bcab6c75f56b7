import type { DataFrame } from "nodejs-polars";
import {
  bars,
  classBars,
  compositionBars,
  confusionFigure as confusionOf,
  type Figure,
  type FigureText,
  methodBars,
  type MethodRow,
  NEUTRAL,
  scatterMap,
  tuningCurves,
} from "../figures/mod.ts";
import { confusionMatrix, isOwnRow, perClass, type Result, summarise } from "../metrics/mod.ts";
import { mapCells } from "../cell/mod.ts";
import {
  type ExperimentRun,
  type ExperimentSet,
  type FoldAnswers,
  OURS,
} from "../experiments/finetune/mod.ts";
import { scoreTable } from "./tables.ts";

/** Methods as readers know them, in the order of charts. */
const METHOD_NAMES: Readonly<Record<string, string>> = {
  [OURS]: "KCellFM",
  published: "KCellFM, as published",
  encoder_alone: "its encoder alone",
  linear_alone: "its linear path alone",
  no_pretraining: "without pretraining",
  no_ontology: "without the ontology",
  neighbourhood: "with the neighbourhood",
  neighbourhood_linear: "linear path with the neighbourhood",
  logistic_regression: "logistic regression",
  random_forest: "random forest",
  nearest_neighbours: "nearest neighbours",
  perceptron: "perceptron",
  majority: "most frequent class",
};

/** A method's name for people; one that is not known is shown with spaces. */
export const methodName = (name: string): string => METHOD_NAMES[name] ?? name.replaceAll("_", " ");

/** Methods in the order of charts, those that are not known last. */
function inOrder(names: readonly string[]): string[] {
  const known = Object.keys(METHOD_NAMES);
  const place = (name: string) => known.includes(name) ? known.indexOf(name) : known.length;
  return names.toSorted((a, b) => place(a) - place(b));
}

/** Each method's mean scores with their spread over the splits; published numbers only where they are of these data. */
export function methodRows({ result, folds }: ExperimentRun): MethodRow[] {
  const names = inOrder(Object.keys(folds[0].scores));
  const rows = names.map((name) => {
    const { mean, sd } = summarise(folds.map(({ scores }) => scores[name]));
    const spread = { accuracy: sd.accuracy, macroF1: sd.macro_f1 };
    return {
      method: methodName(name),
      accuracy: mean.accuracy,
      macroF1: mean.macro_f1,
      ...(folds.length > 1 && { sd: spread }),
    };
  });
  const { accuracy, macro_f1 } = result.published;
  if (typeof accuracy !== "number" || typeof macro_f1 !== "number") return rows;
  return [rows[0], { method: methodName("published"), accuracy, macroF1: macro_f1 }, ...rows.slice(1)];
}

/** {@linkcode methodRows} as bars. */
export function comparisonFigure(run: ExperimentRun, title = "Test cells named right"): Figure {
  return methodBars(methodRows(run), { title, subtitle: splitsInWords(run) });
}

/** Mean scores of each method as a table; where labels have Cell Ontology ids, the ontology's view of the errors too. */
export function comparisonTable(run: ExperimentRun): DataFrame {
  const { metrics, baselines } = run.result;
  const all: Result["baselines"] = { [OURS]: metrics, ...baselines };
  const known = Object.entries(SCORE_NAMES).filter(([name]) => metrics[name] !== undefined);
  return scoreTable(
    inOrder(Object.keys(all)).map((name) => [methodName(name), all[name]]),
    Object.fromEntries(known),
  );
}

const SCORE_NAMES: Readonly<Record<string, string>> = {
  accuracy: "accuracy",
  macro_f1: "macro-F1",
  ontology_accuracy: "subtypes count as right",
  error_distance: "steps to the truth, when wrong",
};

function splitsInWords({ result, folds }: ExperimentRun): string {
  const spread = folds.length > 1 ? `, mean and standard deviation of ${folds.length} splits` : "";
  return `${result.set}, ${result.split}${spread}`;
}

/** True and called labels of all test cells of all splits, by one method. */
export function pooledCalls({ folds }: ExperimentRun, method = OURS): { truth: string[]; called: string[] } {
  return {
    truth: folds.flatMap(({ truth }) => [...truth]),
    called: folds.flatMap(({ answers }) => [...answers[method].labels]),
  };
}

/** Confusion of true and called classes, over all splits; the most frequent class first. */
export function confusionFigure(run: ExperimentRun, title = "True and called classes"): Figure {
  const { truth, called } = pooledCalls(run);
  const labels = byFrequency(truth, called);
  return confusionOf(confusionMatrix(truth, called, { labels }), { title });
}

/** F1 of every class, ours beside the best of the baselines by accuracy. */
export function classFigure(run: ExperimentRun, title = "Which classes are hard"): Figure {
  const methods = [OURS, bestBaseline(run)];
  const labels = byFrequency(pooledCalls(run).truth);
  const f1Of = (method: string) => {
    const { truth, called } = pooledCalls(run, method);
    const scores = new Map(perClass(truth, called).map(({ label, f1 }) => [label, f1]));
    return labels.map((label) => scores.get(label) ?? 0);
  };
  const rows = methods.map((method) => ({ name: methodName(method), f1: f1Of(method) }));
  return classBars(labels, rows, { title, subtitle: "most frequent class first" });
}

/** The baseline of the best mean accuracy. */
export function bestBaseline({ result }: ExperimentRun): string {
  const rivals = Object.entries(result.baselines).filter(([name]) => !isOwnRow(name));
  return rivals.reduce((best, next) => (next[1].accuracy ?? 0) > (best[1].accuracy ?? 0) ? next : best)[0];
}

/** Losses while the model was tuned on each split (the first three). */
export function trainingFigure({ folds }: ExperimentRun, title = "Tuning"): Figure {
  const runs = folds.slice(0, 3).map(({ split, tuned }) => ({ name: split.name, log: tuned.training.log }));
  return tuningCurves(folds.length > 1 ? runs : [{ ...runs[0], name: "loss" }], { title });
}

/** Test cells of the first split on the map of the tuned encoder, by their true class. */
export function mapFigure(run: ExperimentRun, { seed, title }: { seed: number; title: string }): Figure {
  const { tuned: { test }, truth } = run.folds[0];
  const map = mapCells(test.vectors, { seed });
  const label = Array.from(map.rows, (row) => truth[row]);
  return scatterMap({ ...map, label, title, subtitle: "UMAP of the tuned encoder's cell vectors" });
}

/** Number of cells of each class and group. */
export function compositionFigure(
  { labels, groups }: Pick<ExperimentSet, "labels" | "groups">,
  text: Pick<FigureText, "title" | "subtitle">,
): Figure {
  const counts = new Map(
    byFrequency(labels.filter((label) => label !== null)).map((label) => [label, new Map<string, number>()]),
  );
  labels.forEach((label, row) => {
    const of = label === null ? undefined : counts.get(label);
    const group = groups?.[row] ?? "cells";
    of?.set(group, (of.get(group) ?? 0) + 1);
  });
  return compositionBars(counts, text);
}

/** Labels, the most frequent of the first list first. */
function byFrequency(labels: readonly string[], others: readonly string[] = []): string[] {
  const counts = new Map([...new Set(others)].map((label) => [label, 0]));
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([label]) => label);
}

/** Number of right, wrong and open calls for the cells of one class. */
interface Outcome {
  right: number;
  wrong: number;
  open: number;
}

/**
 * Of each class the shares of its test cells, over all splits, that the model names rightly and wrongly, and that it leaves open
 * because the probability of its answer is below `sure`.
 */
export function leftOpenFigure(
  { folds }: { readonly folds: readonly Pick<FoldAnswers, "truth" | "classes" | "answers">[] },
  sure: number,
): Figure {
  const outcomes = new Map<string, Outcome>();
  for (const { truth, classes, answers } of folds) {
    const { labels, probabilities = new Float32Array() } = answers[OURS];
    truth.forEach((label, i) => {
      const found = outcomes.get(label) ?? { right: 0, wrong: 0, open: 0 };
      const own = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
      const isOpen = Math.max(0, ...own) < sure;
      found[isOpen ? "open" : labels[i] === label ? "right" : "wrong"]++;
      outcomes.set(label, found);
    });
  }
  const sizeOf = ({ right, wrong, open }: Outcome) => right + wrong + open;
  const rows = [...outcomes].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));
  const total = (kind: keyof Outcome) => rows.reduce((sum, [, outcome]) => sum + outcome[kind], 0);
  const named = total("right") + total("wrong");
  const percent = (part: number, of: number) => `${of > 0 ? Math.round(100 * part / of) : 0} %`;
  const { data, layout } = bars({
    title: `Cells named with a probability of at least ${sure}`,
    subtitle: `${percent(named, named + total("open"))} of the cells get a name, ${
      percent(total("right"), named)
    } of these names are right`,
    categories: rows.map(([label]) => label),
    series: (["right", "wrong", "open"] as const).map((kind) => ({
      name: kind === "open" ? "left open" : `named, ${kind}`,
      values: rows.map(([, outcome]) => outcome[kind] / sizeOf(outcome)),
    })),
    value: "share of the class's test cells",
    horizontal: true,
    stacked: true,
    range: [0, 1],
  });
  const grey = { ...data[2], marker: { color: NEUTRAL } } as Figure["data"][number];
  return { data: [data[0], data[1], grey], layout };
}
