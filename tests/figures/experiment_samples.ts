import {
  classBars,
  compositionBars,
  effectBoxes,
  type Figure,
  intervals,
  methodBars,
  tuningCurves,
  volcano,
} from "../../lib/figures/mod.ts";

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
    ...perturbationFigures(),
  };
}

const GENES = ["STAT1", "PSMB9", "JAK2", "TMA7", "ANP32B", "FN1"];

/** The figures of a perturbation of six genes. */
function perturbationFigures(): Record<string, Figure> {
  return {
    "volcano": volcano({
      title: "Genes that change",
      value: "change of the mean log value",
      names: GENES,
      named: 4,
      change: [-1.6, -1.1, -0.7, 0.3, 0.4, 0.02],
      q: [0, 1e-120, 1e-80, 1e-12, 1e-20, 0.7],
    }),
    "effects": effectBoxes({
      title: "Predicted and measured change",
      value: "change against control",
      genes: GENES.slice(0, 2),
      cells: [[-2, -1.6, -1.5, -1, 0.2], [-1, -1.2, -0.9, -1.4, 0]],
      predictions: [{ name: "GEARS", values: [-1.2, -0.8] }, { name: "mean", values: [-0.3, -0.2] }],
    }),
    "intervals": intervals({
      title: "Held-out perturbations",
      subtitle: "95 % intervals",
      value: "Pearson delta",
      reference: 0.28,
      rows: [
        { name: "forest", mean: 0.31, low: 0.2, high: 0.44, group: "learns" },
        { name: "train mean", mean: 0.28, low: 0.18, high: 0.4, group: "does not" },
        { name: "no change", mean: 0, low: 0, high: 0, group: "does not" },
      ],
    }),
  };
}
