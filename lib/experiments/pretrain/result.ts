import { join } from "node:path";
import { type Result, resultOf } from "../../metrics/mod.ts";
import { peakMemoryMb, versions, writeFileAtomically } from "../../runtime/mod.ts";
import type { Experiment } from "./run.ts";

/** The results file of a finished pretraining; `set` names its studies, and `real` says where they come from. */
export function pretrainingResult(
  { data, scores }: Experiment,
  { real, ...run }: { real: boolean } & Pick<Result, "set" | "preset" | "seed" | "backend">,
): Result {
  const { metrics, baselines, ...speed } = scores;
  const cells = data.studies.reduce((sum, { train }) => sum + train.source.nObs, 0);
  return resultOf({
    task: "pretrain",
    split: "70/10/20 within each type of each study",
    ...run,
    data: { real, cells, genes: data.vocabulary.symbols.length, classes: data.classes.length },
    metrics,
    baselines,
    facts: { ...speed, peak_mb: peakMemoryMb(), versions: versions() },
  });
}

/** Writes the scores beside a saved model, as metrics.json. */
export const saveScores = (directory: string, { scores }: Pick<Experiment, "scores">): Promise<void> =>
  writeFileAtomically(join(directory, "metrics.json"), JSON.stringify(scores, null, 2) + "\n");
