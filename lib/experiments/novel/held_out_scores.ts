import type { RankScores } from "./ranks.ts";

/** Rules that need no choice, and the control; the combination weighs both rules alike. */
const HELD_OUT_RULES = ["text", "prototype_pagerank", "combination", "shuffled_ontology"] as const;
export type HeldOutRule = typeof HELD_OUT_RULES[number];

/** A value for each rule. */
export const mapHeldOutRules = <T>(of: (rule: HeldOutRule) => T): Record<HeldOutRule, T> =>
  Object.fromEntries(HELD_OUT_RULES.map((rule) => [rule, of(rule)])) as Record<HeldOutRule, T>;

/** Among which terms a cell's type is looked for: all that have a text vector, or those of the pool, seen ones too. */
export type Candidates = "all" | "pool";

/** How the cells of one held-out type were named. */
export interface HeldOutType {
  readonly id: string;
  readonly name: string;
  readonly fold: string;
  readonly cells: number;
  readonly scores: Readonly<Record<Candidates, Readonly<Record<HeldOutRule, RankScores>>>>;
}
