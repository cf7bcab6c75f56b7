import type { DataFrame } from "nodejs-polars";
import { type Figure, methodBars } from "../../figures/mod.ts";
import type { Result } from "../../metrics/mod.ts";
import { checkpointsDir, join } from "../../runtime/mod.ts";
import { scoreTable } from "../tables.ts";

type Scores = Pick<Result, "metrics" | "baselines">;

/** Every method by name with its accuracy and macro-F1. */
function methodsOf({ metrics, baselines }: Scores) {
  const named = (method: string, values: Result["metrics"], prefix = "") => ({
    method,
    accuracy: values[`${prefix}accuracy`] ?? NaN,
    macroF1: values[`${prefix}macro_f1`] ?? NaN,
  });
  return [
    named("KCellFM, classifier", metrics),
    named("KCellFM, text alone", metrics, "text_"),
    ...Object.entries(baselines).map(([name, values]) => named(name.replaceAll("_", " "), values)),
  ];
}

/** Accuracy and macro-F1 of the model and its baselines as bars. */
export const comparisonFigure = ({ scores }: { scores: Scores }, title = "Test cells named right"): Figure =>
  methodBars(methodsOf(scores), { title });

/** {@linkcode comparisonFigure} as a table. */
export const comparisonTable = ({ scores }: { scores: Scores }): DataFrame =>
  scoreTable(methodsOf(scores).map(({ method, ...of }) => [method, of]), {
    accuracy: "accuracy",
    macroF1: "macro-F1",
  });

/** The scores that the shipped checkpoint was saved with. */
export async function shippedFigure(): Promise<Figure> {
  const path = join(checkpointsDir(), "walkthrough", "metrics.json");
  const scores: Scores = JSON.parse(await Deno.readTextFile(path));
  return comparisonFigure({ scores }, "The shipped checkpoint on the test cells of all its studies");
}
