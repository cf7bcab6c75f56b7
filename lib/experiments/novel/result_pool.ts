import { type Result, resultOf, type RunFacts } from "../../metrics/mod.ts";
import { novelSettings } from "./train.ts";
import type { Fold } from "./folds.ts";
import type { Pool } from "./sets_pool.ts";
import { chanceRanks, meanRanks, type RankScores } from "./ranks.ts";

type Metrics = Result["metrics"];

/** Rules that need no choice, and the control; the combination weighs both rules alike. */
const HELD_OUT_RULES = ["text", "prototype_pagerank", "combination", "shuffled_ontology"] as const;
export type HeldOutRule = typeof HELD_OUT_RULES[number];

/** A value for each rule. */
export const mapHeldOutRules = <T>(of: (rule: HeldOutRule) => T): Record<HeldOutRule, T> =>
  Object.fromEntries(HELD_OUT_RULES.map((rule) => [rule, of(rule)])) as Record<HeldOutRule, T>;

/** Among which terms a cell's type is looked for: all that have a text vector, or those of the pool, seen ones too. */
export type Candidates = "all" | "pool";

/** Scores of the cells of one held-out type. */
export interface HeldOutType {
  readonly id: string;
  readonly name: string;
  readonly fold: string;
  readonly cells: number;
  readonly scores: Readonly<Record<Candidates, Readonly<Record<HeldOutRule, RankScores>>>>;
}

/** The results file of a rotation: means over the types, then a row a type and rule, by Cell Ontology id. */
export function poolResult(
  { studies, vocabulary, types: terms, ontology }: Pool,
  { types, folds, options, facts }: {
    types: readonly HeldOutType[];
    folds: readonly Fold[];
    options: Pick<Result, "preset" | "seed" | "backend">;
    facts: RunFacts;
  },
): Result {
  const { preset, seed, backend } = options;
  const { config: { width, layers, length } } = novelSettings(preset);
  const candidates = terms.ids.filter((id) => ontology.terms.get(id)?.obsolete === false).length;
  const mean = (rule: HeldOutRule) => meanOver(types, rule);
  return resultOf({
    task: "novel",
    set: "pool",
    repeats: folds.length,
    preset,
    seed,
    backend,
    split: `${folds.length} whole branches held out in turn`,
    data: {
      real: true,
      cells: studies.reduce((sum, { source }) => sum + source.nObs, 0),
      genes: vocabulary.symbols.length,
      branches: folds.map(({ name }) => name).join(", "),
      sets: studies.map(({ name }) => name).join(", "),
      types: types.length,
      candidates,
      width,
      layers,
      length,
      ...Object.fromEntries(types.map(({ id, name, cells }) => [keyOf(id), `${name}, ${cells} cells`])),
    },
    metrics: mean("text"),
    baselines: {
      prototype_pagerank: mean("prototype_pagerank"),
      combination: mean("combination"),
      shuffled_ontology: mean("shuffled_ontology"),
      chance: { ...named("all", chanceRanks(candidates)), ...named("pool", chanceRanks(types.length)) },
      ...Object.fromEntries(types.map(typeRow)),
    },
    published: { mean_rank: null, source: null },
    facts,
  });
}

/** "CL_0000084", as names in results files go. */
const keyOf = (id: string): string => id.replace(":", "_");

function named(among: Candidates, scores: RankScores): Metrics {
  const prefix = among === "all" ? "" : `${among}_`;
  return Object.fromEntries(Object.entries(scores).map(([name, value]) => [prefix + name, value]));
}

function meanOver(types: readonly HeldOutType[], rule: HeldOutRule): Metrics {
  const of = (among: Candidates) => named(among, meanRanks(types.map(({ scores }) => scores[among][rule])));
  return { ...of("all"), ...of("pool") };
}

/** The text rule's scores under their own names, those of the other rules after the rule's. */
function typeRow({ id, scores }: HeldOutType): [string, Metrics] {
  const of = (rule: HeldOutRule) => ({
    ...named("all", scores.all[rule]),
    ...named("pool", scores.pool[rule]),
  });
  const { text, ...others } = mapHeldOutRules(of);
  const prefixed = Object.entries(others).flatMap(([rule, metrics]) =>
    Object.entries(metrics).map(([name, value]) => [`${rule}_${name}`, value])
  );
  return [keyOf(id), { ...text, ...Object.fromEntries(prefixed) }];
}
