import { type Result, summarise } from "../../metrics/mod.ts";
import { type FoldAnswers, OURS } from "../finetune/mod.ts";
import type { AngleRun } from "./angles.ts";

/** The name of the cell cycle scores among methods. */
export const SCORES = "cell_cycle_scores";

/** The results file of a run: that of fine-tuning, the cell cycle scores beside it, and the angles where there are some. */
export function cycleResult(
  result: Result,
  folds: readonly FoldAnswers[],
  angles: AngleRun | null,
): Result {
  const { [OURS]: ours, ...rivals } = angles?.mean ?? { [OURS]: {} };
  return {
    ...result,
    metrics: { ...result.metrics, ...ours },
    sd: { ...result.sd, ...angles?.sd[OURS] },
    baselines: {
      ...result.baselines,
      [SCORES]: summarise(folds.map(({ scores }) => scores[SCORES])).mean,
      ...rivals,
    },
  };
}
