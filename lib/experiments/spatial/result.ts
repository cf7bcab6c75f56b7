import { type Result, scoreTable } from "../../metrics/mod.ts";
import { type FoldAnswers, OURS } from "../finetune/mod.ts";

/** The results file of all repeats: scores are means over them, time is their sum; `about` adds facts to `data`. */
export function spatialResult(
  results: readonly Result[],
  folds: readonly FoldAnswers[],
  about: Readonly<Record<string, string | number>>,
): Result {
  const [first] = results;
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  const tested = folds.reduce((sum, { truth }) => sum + truth.length, 0);
  return {
    ...first,
    repeats: folds.length,
    data: { ...first.data, ...about },
    ...scoreTable(folds.map(({ scores }) => scores), OURS),
    seconds,
    cells_per_second: tested / seconds,
    peak_mb: Math.max(...results.map(({ peak_mb }) => peak_mb ?? 0)),
  };
}
