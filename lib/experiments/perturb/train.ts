import { createRng } from "../../runtime/mod.ts";
import type { TermTable } from "../../ontology/mod.ts";
import { type LeagueRow, leagueTable, REFERENCE_MODEL } from "./league.ts";
import { rotations } from "./learn/rotation.ts";
import { fitWinner } from "./learn/ensemble.ts";
import { withHeldOut } from "./learn/held_out.ts";
import type { PerturbationModel } from "./model.ts";
import { chooseModels } from "./models.ts";
import { comparePerturbations, type NamedFit, withoutTest } from "./run.ts";
import type { ModelFacts } from "./saved/facts.ts";
import type { PerturbationSet, PerturbationSplit } from "./set.ts";

/** Options of training beside the screen. */
export interface TrainOptions {
  /** All models that fit the screen. */
  readonly all: readonly NamedFit[];
  /** One name, or several: the best of them by conditions held out is kept. */
  readonly names: readonly string[];
  /** To score on; none leaves the scores out. */
  readonly splits: readonly PerturbationSplit[];
  /** Learn from what this split may see alone, to compare with the league; default all conditions. */
  readonly only?: PerturbationSplit;
  readonly terms: TermTable;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { done: number; total: number; note: string }) => void;
}

/** A fitted model, what it learned from, and how its kind did on conditions held out. */
export interface TrainedModel {
  readonly model: PerturbationModel;
  /** Its `train` and `validation` name what was learned from, in order. */
  readonly split: PerturbationSplit;
  readonly league: readonly LeagueRow[];
  readonly tested: readonly string[];
}

/** The models shown beside every answer. */
const BESIDE = ["no_change", REFERENCE_MODEL];

/**
 * Fits the model that is wanted to all conditions of a screen, and scores the way it was made, beside "no change" and the mean, on
 * conditions that were held out from everything.
 */
export async function trainPerturbation(set: PerturbationSet, options: TrainOptions): Promise<TrainedModel> {
  const { all, names, splits, only, seed, terms, signal } = options;
  const wanted = chooseModels(all, names);
  const fit = withHeldOut(
    wanted.length === 1 ? wanted[0].fit : fitWinner("auto", wanted.map(({ fit }) => withHeldOut(fit))),
  );
  const name = wanted.length === 1 ? wanted[0].name : "auto";
  const beside = all.filter((model) => BESIDE.includes(model.name) && model.name !== name);
  const judged = only ? [only] : splits;
  const scored = await comparePerturbations(set, {
    splits: judged,
    models: [{ name, fit }, ...beside],
    terms,
    seed,
    signal,
    onProgress: options.onProgress,
  });
  const split = only ?? wholeSplit(set, seed);
  const model = await fit(only ? withoutTest(set, only) : set, split, { seed, terms, signal });
  return {
    model,
    split,
    league: leagueTable(scored, { seed }),
    tested: [...new Set(scored.map(({ condition }) => condition.name))],
  };
}

/** All conditions to learn from; those of a first rotation are for models that choose by validation conditions. */
function wholeSplit(set: PerturbationSet, seed: number): PerturbationSplit {
  const [first] = rotations(set.conditions, createRng(seed).split("whole").int(2 ** 31));
  const names = set.conditions.map(({ name }) => name);
  const validation = first ? first.held.map((at) => names[at]) : [];
  const train = names.filter((name) => !validation.includes(name));
  return { set: set.name, name: "all conditions", test: [], groups: {}, train, validation };
}

/** The league as a saved model tells it. */
export const scoresOf = (league: readonly LeagueRow[]): ModelFacts["scores"] =>
  Object.fromEntries(league.map(({ model, means, interval, conditions }) => [model, {
    conditions,
    pearson_delta: interval.mean,
    pearson_delta_low: interval.low,
    pearson_delta_high: interval.high,
    ...(means.normalised_mse !== undefined && { normalised_mse: means.normalised_mse }),
    ...(means.coverage !== undefined && { coverage: means.coverage }),
    ...(means.interval_width !== undefined && { interval_width: means.interval_width }),
  }]));
