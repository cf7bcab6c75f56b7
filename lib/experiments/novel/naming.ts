import type { Rng } from "../../runtime/mod.ts";
import { drawCandidates, type Level, scoreLevels } from "./difficulty.ts";
import type { NamingTask } from "./evidence.ts";
import {
  chanceRule,
  combine,
  nearestRule,
  priorRule,
  prototypeRule,
  shuffleCandidates,
  textRule,
} from "./rules.ts";
import { cellGraph, smoothScores } from "./smooth.ts";
import type { RuleSettings } from "./tune.ts";

/** The rules by the names of results files, the paper's first. */
export const RULE_NAMES = {
  text: "text",
  prototype_pagerank: "prototypes and PageRank",
  combination: "both together",
  smoothed: "both, alike cells agreeing",
  nearest_pagerank: "nearest prototype's PageRank",
  pagerank_only: "PageRank alone, no cells",
  shuffled_ontology: "text, ontology shuffled",
  shuffled_prototype_pagerank: "prototypes, ontology shuffled",
  chance: "guessing",
} as const;

export type RuleName = keyof typeof RULE_NAMES;

/** Scores by each rule: `[cells, candidates]`. */
export type RuleScores = Readonly<Record<RuleName, Float32Array>>;

/** Applies every rule and control to the same cells. */
export function applyRules(
  { evidence, candidates }: NamingTask,
  { settings, rng }: { settings: RuleSettings; rng: Rng },
): RuleScores {
  const [text, prototype] = [textRule(evidence), prototypeRule(evidence)];
  const combination = combine([text, prototype], { candidates: candidates.length, weight: settings.weight });
  const graph = cellGraph(evidence.cells);
  const shuffled = shuffleCandidates(evidence, rng.split("shuffle"));
  return {
    text,
    prototype_pagerank: prototype,
    combination,
    smoothed: smoothScores(combination, { graph, lambda: settings.lambda }),
    nearest_pagerank: nearestRule(evidence),
    pagerank_only: priorRule(evidence),
    shuffled_ontology: textRule(shuffled),
    shuffled_prototype_pagerank: prototypeRule(shuffled),
    chance: chanceRule(rng.split("chance"))(evidence),
  };
}

/** The difficulty protocol of each rule, on the same draws. */
export type RuleLevels = Readonly<Record<RuleName, readonly Level[]>>;

/** Scores every rule by the difficulty protocol. */
export function scoreRules({ truth, candidates }: NamingTask, scores: RuleScores, rng: Rng): RuleLevels {
  const draws = drawCandidates(candidates.length, rng.split("draws"));
  const test = { truth, candidates: candidates.length, draws, rng };
  return mapRules((name) => scoreLevels(scores[name], test));
}

/** A value for each rule, in their order. */
export function mapRules<T>(of: (name: RuleName) => T): Record<RuleName, T> {
  const names = Object.keys(RULE_NAMES) as RuleName[];
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<RuleName, T>;
}
