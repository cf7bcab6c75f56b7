import type { DataFrame } from "nodejs-polars";
import { bars, colorAt, type Figure, NEUTRAL, scatterMap } from "../../figures/mod.ts";
import { type Ontology, shortestPath } from "../../ontology/mod.ts";
import { type Answer, type ExperimentRun, OURS } from "../../experiments/finetune/mod.ts";
import { methodName } from "../finetune.ts";
import { TISSUE } from "./maps.ts";
import type { SpatialSet } from "../../experiments/spatial/mod.ts";
import { scoreTable } from "../tables.ts";

/** Distance between true and called type where a method is wrong, in steps of the ontology; nearest first. */
export function distanceBars({ folds: [{ scores }] }: ExperimentRun, title: string): Figure {
  const rows = Object.keys(scores)
    .map((name) => ({ name: methodName(name), steps: scores[name].error_distance ?? NaN }))
    .filter(({ steps }) => Number.isFinite(steps))
    .sort((a, b) => a.steps - b.steps);
  return bars({
    title,
    subtitle: "mean over the wrong calls of each method; fewer steps are smaller mistakes",
    categories: rows.map(({ name }) => name),
    series: [{ name: "steps", values: rows.map(({ steps }) => steps) }],
    value: "is_a steps between true and called type",
    horizontal: true,
    format: ".1f",
  });
}

/** The ontology that errors are measured in, and the number of steps from which they count as far. */
export interface ErrorMapOptions {
  readonly ontology: Ontology;
  readonly steps: number;
}

/** The part of a run that {@linkcode errorMap} draws. */
interface CalledCells {
  readonly folds: readonly {
    readonly truth: readonly string[];
    readonly answers: Readonly<Record<string, Pick<Answer, "labels">>>;
    readonly tuned: { readonly test: { readonly rows: Int32Array } };
  }[];
}

/** Test cells of the first repeat where they lie: right, wrong but near, or wrong by at least `steps` in the ontology. */
export function errorMap(
  { cells, terms }: Pick<SpatialSet, "cells" | "terms">,
  { folds: [{ truth, answers, tuned: { test } }] }: CalledCells,
  { ontology, steps }: ErrorMapOptions,
): Figure {
  const kinds = ["right", `wrong, fewer than ${steps} steps away`, `wrong, ${steps} steps away or more`];
  const { labels } = answers[OURS];
  const kindOf = (i: number) =>
    labels[i] === truth[i] ? 0 : stepsBetween(terms.get(truth[i]), terms.get(labels[i])) < steps ? 1 : 2;
  const stepsBetween = (a = "", b = "") =>
    ontology.terms.has(a) && ontology.terms.has(b)
      ? (shortestPath(ontology, [a, b])?.length ?? Infinity) - 1
      : Infinity;
  const rows = Array.from(test.rows);
  return scatterMap({
    x: rows.map((row) => cells.x[row]),
    y: rows.map((row) => cells.y[row]),
    label: rows.map((_, i) => kinds[kindOf(i)]),
    order: kinds,
    colors: { [kinds[0]]: NEUTRAL, [kinds[1]]: colorAt(0), [kinds[2]]: colorAt(1) },
    title: "How far off the calls are",
    ...TISSUE,
  });
}

/** Scores that know the Cell Ontology, by method: subtypes forgiven, and how far off the wrong calls are. */
export function ontologyTable({ folds: [{ scores }] }: ExperimentRun): DataFrame {
  const methods = Object.keys(scores).filter((name) => "ontology_accuracy" in scores[name]);
  return scoreTable(methods.map((name) => [methodName(name), { error_distance: 0, ...scores[name] }]), {
    accuracy: "accuracy",
    ontology_accuracy: "ontology accuracy",
    error_distance: "error distance",
  });
}
