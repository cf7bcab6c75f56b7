import { type Result, resultOf, type ResultParts } from "../../metrics/mod.ts";
import type { Level, NamingScores } from "./difficulty.ts";
import { mapRules, type RuleLevels } from "./naming.ts";
import { isOriginalNovelSet, PUBLISHED_CURVES } from "./published.ts";

const SOURCE = "nudt-bioinfo/KCFM, saved notebook output";

type Metrics = Result["metrics"];
type Row = { readonly ratio: number } & NamingScores;

/** Scores by ratio as metrics: `accuracy` and `macro_f1` among all candidates, `accuracy_0.1` among a tenth of them. */
function flatten(rows: readonly Row[]): Metrics {
  return Object.fromEntries(rows.flatMap(({ ratio, accuracy, macro_f1 }) => {
    const suffix = ratio === 1 ? "" : `_${ratio}`;
    return [[`accuracy${suffix}`, accuracy], [`macro_f1${suffix}`, macro_f1]];
  }));
}

export const meansOf = (levels: readonly Level[]): Metrics =>
  flatten(levels.map(({ ratio, mean }) => ({ ratio, ...mean })));

const deviationsOf = (levels: readonly Level[]): Metrics =>
  flatten(levels.map(({ ratio, sd }) => ({ ratio, ...sd })));

/** Means and, as `sd_...`, deviations of a row of a table. */
export const withDeviations = (mean: Metrics, sd: Metrics): Metrics => ({
  ...mean,
  ...Object.fromEntries(Object.entries(sd).map(([name, value]) => [`sd_${name}`, value])),
});

/** The part of a results file that holds the scores: the paper's rule as ours, every other rule as a baseline. */
function ruleTable(levels: RuleLevels): Pick<Result, "metrics" | "sd" | "baselines"> {
  const { text: _, ...others } = mapRules((name) =>
    withDeviations(meansOf(levels[name]), deviationsOf(levels[name]))
  );
  return { metrics: meansOf(levels.text), sd: deviationsOf(levels.text), baselines: others };
}

/** The original's printed results for a set; its first set's curve, for the shape, beside a set that it never saw. */
export function publishedOf(set: string): Result["published"] {
  if (isOriginalNovelSet(set)) return { ...flatten(PUBLISHED_CURVES[set]), source: SOURCE };
  const source = `${SOURCE}: its set 1, other cells, for the shape`;
  return { ...flatten(PUBLISHED_CURVES.novel_cell_data1), source };
}

/** The results file of a run: what it ran on and how, and every rule's scores at every level. */
export const novelResult = (
  levels: RuleLevels,
  run: Omit<ResultParts, "task" | "metrics">,
): Result => resultOf({ task: "novel", ...run, ...ruleTable(levels), published: publishedOf(run.set) });
