import { bars } from "./bars.ts";
import type { Figure } from "./figure.ts";
import { heatmap } from "./heatmap.ts";
import { lines, type LineSeries } from "./lines.ts";

/** The first genes of one tokenized cell, with the log1p values that the model reads beside their names. */
export function cellSentence(
  genes: readonly { readonly symbol: string; readonly value: number }[],
  { title }: { title: string },
): Figure {
  return bars({
    title,
    subtitle: "in the order in which the model reads them",
    categories: genes.map(({ symbol }) => symbol),
    series: [{ name: "expression", values: genes.map(({ value }) => value) }],
    value: "expression (log1p of counts per 10,000)",
    category: "gene",
  });
}

/** One step of the training log. */
interface LogLine {
  readonly step: number;
  readonly kind: "train" | "validation";
  readonly scores: Readonly<Record<string, number>>;
}

/** Curves of the named losses over training: full lines on training batches, dashed on cells kept aside. */
export function lossCurves(log: readonly LogLine[], parts: Readonly<Record<string, string>>): Figure {
  const curve = (part: string, kind: LogLine["kind"], color: number): LineSeries => {
    const entries = log.filter((entry) => entry.kind === kind);
    return {
      name: `${parts[part]}${kind === "validation" ? ", kept aside" : ""}`,
      x: entries.map(({ step }) => step),
      y: entries.map(({ scores }) => scores[part]),
      dashed: kind === "validation",
      color,
    };
  };
  const series = Object.keys(parts).flatMap((
    part,
    i,
  ) => [curve(part, "train", i), curve(part, "validation", i)]);
  return lines({
    title: "The losses while the model learns",
    subtitle: "full: training batches; dashed: cells kept aside, once an epoch",
    series,
    x: "optimiser steps",
    y: "loss (log scale)",
    logY: true,
  });
}

/** Confusion of true and called types: one row per true type, shares of its cells. */
export function confusionFigure(
  { labels, counts }: { readonly labels: readonly string[]; readonly counts: readonly ArrayLike<number>[] },
  { title }: { title: string },
): Figure {
  const shares = counts.map((row) => {
    const total = Array.from(row).reduce((sum, n) => sum + n, 0);
    return Array.from(row, (n) => total > 0 ? n / total : 0);
  });
  return heatmap({
    title,
    z: shares,
    rows: labels,
    columns: labels,
    row: "true type",
    column: "named as",
    value: "share of the true type's cells",
    range: [0, 1],
  });
}
