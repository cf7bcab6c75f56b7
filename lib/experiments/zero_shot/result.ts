import type { Result } from "../../metrics/mod.ts";
import type { SetScores } from "./run.ts";

/** Facts in a results file beside the scores. */
export type ZeroShotFacts = Omit<
  Result,
  "task" | "set" | "split" | "repeats" | "data" | "metrics" | "sd" | "baselines" | "published"
>;

/** The results file of one set: the model with its helps, and every rival with the same. */
export function zeroShotResult(
  { set, cells, genes, methods, unknown, reliability }: SetScores,
  facts: ZeroShotFacts,
  { checkpoint, classes }: { checkpoint: string; classes: number },
): Result {
  const { kcellfm_markers: metrics, ...baselines } = methods;
  const curve = reliability.flatMap(({ cells, confidence, accuracy }, bin) => [
    [`bin${bin}_cells`, cells],
    [`bin${bin}_confidence`, confidence],
    [`bin${bin}_accuracy`, accuracy],
  ]);
  return {
    task: "zero_shot",
    set,
    split: "a set that training never saw, named among all classes of the corpus",
    repeats: 1,
    data: { real: true, cells, genes, sha256: null, checkpoint, classes },
    metrics: { ...metrics, ...unknown, ...Object.fromEntries(curve) },
    sd: {},
    baselines: Object.fromEntries(Object.entries(baselines).map(([name, scores]) => [name, { ...scores }])),
    published: { accuracy: null, source: null },
    ...facts,
  };
}
