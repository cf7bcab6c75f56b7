import { classBars, compositionBars, type Figure, methodBars, tuningCurves } from "lib/figures/mod.ts";

const CLASSES = ["memory T cell", "cytotoxic T cell", "regulatory T cell"];

/** The figures of a supervised experiment on three classes. */
export function experimentFigures(): Record<string, Figure> {
  return {
    "methods": methodBars([
      { method: "KCellFM", accuracy: 0.82, macroF1: 0.7, sd: { accuracy: 0.03, macroF1: 0.05 } },
      { method: "KCellFM, as published", accuracy: 0.8, macroF1: 0.69 },
      { method: "logistic regression", accuracy: 0.76, macroF1: 0.61, sd: { accuracy: 0.04, macroF1: 0.06 } },
    ], { title: "Test cells named right", subtitle: "mean and standard deviation of 4 splits" }),
    "classes": classBars(CLASSES, [
      { name: "KCellFM", f1: [0.9, 0.7, 0.4] },
      { name: "logistic regression", f1: [0.85, 0.72, 0.2] },
    ], { title: "Which classes are hard" }),
    "composition": compositionBars(
      new Map(
        CLASSES.map((label, i) => [label, new Map([["patient 1", 90 - 30 * i], ["patient 2", 20 * i]])]),
      ),
      { title: "Cells by class and patient" },
    ),
    "tuning": tuningCurves([{
      name: "loss",
      log: [1, 2, 3, 4].flatMap((epoch) => [
        { step: 20 * epoch, kind: "train" as const, scores: { cell_type: 2 / epoch } },
        { step: 20 * epoch, kind: "validation" as const, scores: { cell_type: 1.6 / epoch + 0.1 * epoch } },
      ]),
    }], { title: "Tuning" }),
  };
}
