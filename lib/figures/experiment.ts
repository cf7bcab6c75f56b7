import { bars, shareBars } from "./bars.ts";
import type { Figure } from "./figure.ts";
import { lines } from "./lines.ts";

/** One method of a comparison. */
export interface MethodRow {
  readonly method: string;
  readonly accuracy: number;
  readonly macroF1: number;
  /** Standard deviations over the splits; default none. */
  readonly sd?: { readonly accuracy: number; readonly macroF1: number };
}

/** Accuracy and macro-F1 of each method on the same test cells. */
export function methodBars(
  rows: readonly MethodRow[],
  { title, subtitle }: { title: string; subtitle?: string },
): Figure {
  const errors = (of: "accuracy" | "macroF1") =>
    rows.some(({ sd }) => sd) ? { errors: rows.map(({ sd }) => sd?.[of] ?? 0) } : {};
  return shareBars({
    title,
    subtitle,
    categories: rows.map(({ method }) => method),
    series: [
      { name: "accuracy", values: rows.map(({ accuracy }) => accuracy), ...errors("accuracy") },
      { name: "macro-F1", values: rows.map(({ macroF1 }) => macroF1), ...errors("macroF1") },
    ],
    value: "share",
  });
}

/** F1 of each class under each of some methods, in the given order of classes. */
export function classBars(
  classes: readonly string[],
  methods: readonly { readonly name: string; readonly f1: readonly number[] }[],
  { title, subtitle }: { title: string; subtitle?: string },
): Figure {
  return shareBars({
    title,
    subtitle,
    categories: classes,
    series: methods.map(({ name, f1 }) => ({ name, values: f1 })),
    value: "F1",
  });
}

/** Number of cells of each class, stacked by group (patient, study) if there are groups. */
export function compositionBars(
  counts: ReadonlyMap<string, ReadonlyMap<string, number>>,
  { title, subtitle }: { title: string; subtitle?: string },
): Figure {
  const classes = [...counts.keys()];
  const groups = [...new Set([...counts.values()].flatMap((of) => [...of.keys()]))].sort();
  return bars({
    title,
    subtitle,
    categories: classes,
    series: groups.map((name) => ({
      name,
      values: classes.map((label) => counts.get(label)?.get(name) ?? 0),
    })),
    value: "cells",
    horizontal: true,
    stacked: true,
  });
}

/** One entry of a tuning log. */
interface LogLine {
  readonly step: number;
  readonly kind: "train" | "validation";
  readonly scores: Readonly<Record<string, number>>;
}

/** Training and validation loss over the optimiser steps, one pair of lines a run. */
export function tuningCurves(
  runs: readonly { readonly name: string; readonly log: readonly LogLine[] }[],
  { title, subtitle = "full: training batches; dashed: validation cells, once an epoch" }: {
    title: string;
    subtitle?: string;
  },
): Figure {
  const series = runs.flatMap(({ name, log }, i) =>
    (["train", "validation"] as const).map((kind) => {
      const entries = log.filter((entry) => entry.kind === kind);
      return {
        name: kind === "validation" ? `${name}, validation` : name,
        x: entries.map(({ step }) => step),
        y: entries.map(({ scores }) => scores.cell_type),
        dashed: kind === "validation",
        color: i,
      };
    })
  );
  return lines({ title, subtitle, series, x: "optimiser steps", y: "loss (nats a cell)" });
}
