import type { Rng } from "../../runtime/mod.ts";
import { drawCandidates, scoreLevels } from "./difficulty.ts";
import type { NamingTask } from "./evidence.ts";
import { combine, prototypeRule, textRule } from "./rules.ts";
import { type CellGraph, cellGraph, smoothScores } from "./smooth.ts";

/** Settings of the rules that are left to choose. */
export interface RuleSettings {
  /** Share of the prototype rule in the combination. */
  readonly weight: number;
  /** Strength with which similar cells are made to agree. */
  readonly lambda: number;
}

/** Settings if nothing can be chosen: equal weights of the rules, the published refinement's order of strength. */
export const RULE_SETTINGS: RuleSettings = { weight: 0.5, lambda: 1 };

const WEIGHTS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const LAMBDAS = [0, 0.5, 1, 2, 4, 8, 16];

/**
 * The weight, then lambda, with the highest mean accuracy over the levels of difficulty on cells of types that were held
 * out for this choice. The first of equal ones.
 */
export function chooseSettings({ evidence, candidates, truth }: NamingTask, rng: Rng): RuleSettings {
  const draws = drawCandidates(candidates.length, rng.split("draws"));
  const test = { truth, candidates: candidates.length, draws, rng };
  const score = (scores: Float32Array) =>
    scoreLevels(scores, test).reduce((sum, { mean }) => sum + mean.accuracy, 0);
  const [text, prototype] = [textRule(evidence), prototypeRule(evidence)];
  const combined = (weight: number) => combine([text, prototype], { candidates: candidates.length, weight });
  const weight = best(WEIGHTS, (it) => score(combined(it)));
  const graph: CellGraph = cellGraph(evidence.cells);
  const lambda = best(LAMBDAS, (it) => score(smoothScores(combined(weight), { graph, lambda: it })));
  return { weight, lambda };
}

function best(choices: readonly number[], score: (choice: number) => number): number {
  const scores = choices.map(score);
  return choices[scores.indexOf(Math.max(...scores))];
}
