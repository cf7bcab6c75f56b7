import { splitName, type SplitRule } from "../../baselines/mod.ts";
import { type Result, resultOf, type RunFacts, scoreTable } from "../../metrics/mod.ts";
import { type FoldAnswers, OURS } from "./fold.ts";
import type { PreparedSet } from "./prepare.ts";
import type { StartingPoint } from "./start.ts";

/** A run as its results file names it. */
export interface RunSettings {
  readonly task: string;
  readonly split: SplitRule;
  readonly repeats: number;
  readonly preset: string;
  readonly seed: number;
  readonly backend: string;
  /** The checkpoint that is tuned; its variables are left as they are. */
  readonly start: StartingPoint;
}

/** The results file of a run. */
export function tuningResult(
  set: PreparedSet,
  folds: readonly FoldAnswers[],
  { settings, facts }: { settings: RunSettings; facts: RunFacts },
): Result {
  const { task, preset, seed, backend, start, split, repeats } = settings;
  const unseen = folds.map(({ truth, classes }) => truth.filter((label) => !classes.includes(label)).length);
  return resultOf({
    task,
    set: set.name,
    split: splitName(split),
    repeats: folds.length,
    preset,
    seed,
    backend,
    data: {
      real: set.real,
      cells: set.labels.filter((label) => label !== null).length,
      genes: set.genes.length,
      sha256: set.sha256,
      classes: set.classes.length,
      rounds: repeats,
      checkpoint: start.name,
      checkpoint_sha256: start.model.hash,
      /** Test cells whose label training never met; they count as wrong. */
      unseen_labels: unseen.reduce((sum, n) => sum + n, 0),
    },
    ...scoreTable(folds.map(({ scores }) => scores), OURS),
    ...(set.published && { published: set.published }),
    facts,
  });
}
