import { mean, standardDeviation } from "simple-statistics";
import { accuracy, macroF1 } from "../../metrics/mod.ts";
import type { Rng } from "../../runtime/mod.ts";

/** Shares of the candidate terms that stay (ORIGINAL section 5). */
export const RATIOS = [0.1, 0.25, 0.5, 0.75, 1] as const;
/** Draws of a share; all of the terms can be drawn in one way only. */
const DRAWS = 20;
/** Draws of types with replacement that the spread at ratio 1 is taken from. */
const RESAMPLES = 200;

/** Some candidates, drawn at random; only cells of these types are scored. */
export interface Draw {
  readonly ratio: number;
  /** Columns, ascending. */
  readonly candidates: Int32Array;
}

/** The draws of the difficulty protocol: 20 for each share of the candidates, one of all of them. */
export function drawCandidates(candidates: number, rng: Rng): Draw[] {
  return RATIOS.flatMap((ratio) => {
    const size = Math.max(2, Math.round(ratio * candidates));
    const draws = size < candidates ? DRAWS : 1;
    return Array.from({ length: draws }, (_, i) => ({
      ratio,
      candidates: rng.split(`${ratio}/${i}`).sample(candidates, Math.min(size, candidates)).sort(),
    }));
  });
}

export type NamingScores = Record<"accuracy" | "macro_f1", number>;

/** Scores of a rule at one level of difficulty. */
export interface Level {
  readonly ratio: number;
  /** Candidates of a draw. */
  readonly types: number;
  readonly mean: NamingScores;
  /** Over the draws; at ratio 1, where there is one draw, over 200 resamples of the types. */
  readonly sd: NamingScores;
}

/** The true types that rules are scored on. */
export interface Truth {
  /** Column of each cell's true type. */
  readonly truth: Int32Array;
  /** Columns of the scores. */
  readonly candidates: number;
  readonly draws: readonly Draw[];
  readonly rng: Rng;
}

/** Scores a rule by the difficulty protocol, one level a ratio. */
export function scoreLevels(scores: Float32Array, test: Truth): Level[] {
  return RATIOS.map((ratio) => {
    const draws = test.draws.filter((draw) => draw.ratio === ratio);
    const named = draws.map((draw) => nameCells(scores, test, draw.candidates));
    const all = named.map(({ truth, called }) => scoreNames(truth, called));
    const spread = all.length > 1 ? all : resample(named[0], test.rng.split("resample"));
    const over = (of: (values: number[]) => number, from: readonly NamingScores[]) => ({
      accuracy: of(from.map((it) => it.accuracy)),
      macro_f1: of(from.map((it) => it.macro_f1)),
    });
    return {
      ratio,
      types: draws[0].candidates.length,
      mean: over(mean, all),
      sd: over(standardDeviation, spread),
    };
  });
}

/** True and called columns of the cells that take part in a draw. */
interface Named {
  readonly truth: number[];
  readonly called: number[];
}

/** Calls the best of the drawn candidates for each cell of theirs. */
export function nameCells(
  scores: Float32Array,
  { truth, candidates }: Pick<Truth, "truth" | "candidates">,
  drawn: Int32Array,
): Named {
  const taking = new Set(drawn);
  const rows = Array.from(truth.keys()).filter((row) => taking.has(truth[row]));
  const best = (row: number) =>
    drawn.reduce((top, column) =>
      scores[row * candidates + column] > scores[row * candidates + top] ? column : top
    );
  return { truth: rows.map((row) => truth[row]), called: rows.map(best) };
}

const scoreNames = (truth: readonly number[], called: readonly number[]): NamingScores => ({
  accuracy: accuracy(truth, called),
  macro_f1: macroF1(truth, called),
});

/** Scores of sets of types drawn with replacement: how much hangs on which types there are. */
function resample({ truth, called }: Named, rng: Rng): NamingScores[] {
  const ofType = [...Map.groupBy(truth.keys(), (i) => truth[i]).values()];
  return Array.from({ length: RESAMPLES }, () => {
    const rows = ofType.flatMap(() => rng.choice(ofType));
    return scoreNames(rows.map((i) => truth[i]), rows.map((i) => called[i]));
  });
}
