import { mean, sampleStandardDeviation } from "simple-statistics";
import { bootstrapMean, type Interval, type Result, spread } from "../../metrics/mod.ts";
import { createRng } from "../../runtime/mod.ts";
import type { ScoredCondition } from "./run.ts";
import { PERTURBATION_METRICS, type PerturbationMetric } from "./scores.ts";

/** A model's line of the league table. */
export interface LeagueRow {
  readonly model: string;
  /** Test conditions, each counted once. */
  readonly conditions: number;
  /** Mean of each metric over the conditions. */
  readonly means: Readonly<Partial<Record<PerturbationMetric, number>>>;
  /** Standard deviation over the splits of their means. */
  readonly sd: Readonly<Partial<Record<PerturbationMetric, number>>>;
  /** Of pearson_delta over the conditions, 95 % by bootstrap. */
  readonly interval: Interval;
  /** The same of pearson_delta less that of the mean of training perturbations, condition by condition. */
  readonly gain: Interval | null;
  /** Standard error of the mean gain over the conditions. */
  readonly gainError: number | null;
  /** pearson_delta by group of conditions. */
  readonly groups: Readonly<Record<string, Interval>>;
}

/** The model that others are measured against. */
export const REFERENCE_MODEL = "train_mean";

/** One row a model in the order of appearance; a condition that several splits test counts by its mean. */
export function leagueTable(scored: readonly ScoredCondition[], { seed }: { seed: number }): LeagueRow[] {
  const byModel = Map.groupBy(scored, ({ model }) => model);
  const reference = byModel.get(REFERENCE_MODEL);
  const base = reference && byCondition(reference, "pearson_delta");
  const rng = createRng(seed).split("league");
  return [...byModel].map(([model, own]) => {
    const deltas = byCondition(own, "pearson_delta");
    const gains = base &&
      [...deltas].flatMap(([name, value]) => base.has(name) ? [value - base.get(name)!] : []);
    const groups = [...Map.groupBy(own, ({ group }) => group)].sort(([a], [b]) => a < b ? -1 : 1);
    const intervalOf = (values: Iterable<number>) => bootstrapMean([...values], { rng });
    return {
      model,
      conditions: deltas.size,
      means: summary(own, (metric) => mean([...byCondition(own, metric).values()])),
      sd: summary(own, (metric) => spread(splitMeans(own, metric))),
      interval: intervalOf(deltas.values()),
      gain: gains && gains.length > 0 ? intervalOf(gains) : null,
      gainError: gains && gains.length > 1 ? standardError(gains) : null,
      groups: Object.fromEntries(
        groups.map(([group, rows]) => [group, intervalOf(byCondition(rows, "pearson_delta").values())]),
      ),
    };
  });
}

const standardError = (values: readonly number[]): number =>
  sampleStandardDeviation([...values]) / Math.sqrt(values.length);

/** A row as metrics of a results file: means, the interval of pearson_delta, the gain, and the groups. */
export function leagueMetrics({ means, interval, gain, gainError, groups }: LeagueRow): Result["metrics"] {
  const named = Object.entries(groups).flatMap(([group, { mean, low, high }]) => {
    const key = `pearson_delta_${group.replaceAll(/[^A-Za-z0-9]+/g, "_")}`;
    return [[key, mean], [`${key}_low`, low], [`${key}_high`, high]];
  });
  return {
    ...means,
    pearson_delta_low: interval.low,
    pearson_delta_high: interval.high,
    ...(gain && { gain_over_train_mean: gain.mean, gain_low: gain.low, gain_high: gain.high }),
    ...(gainError !== null && { gain_standard_error: gainError }),
    ...Object.fromEntries(named),
  };
}

/** A metric of each condition, its mean over splits; conditions without it are left out. */
function byCondition(scored: readonly ScoredCondition[], metric: PerturbationMetric): Map<string, number> {
  const known = scored.filter(({ scores }) => scores[metric] !== undefined);
  const groups = Map.groupBy(known, ({ condition }) => condition.name);
  return new Map(
    [...groups].map(([name, rows]) => [name, mean(rows.map(({ scores }) => scores[metric] ?? 0))]),
  );
}

function splitMeans(scored: readonly ScoredCondition[], metric: PerturbationMetric): number[] {
  return [...Map.groupBy(scored, ({ split }) => split).values()].map((rows) =>
    mean([...byCondition(rows, metric).values()])
  );
}

/** The metrics that the rows have. */
function summary(
  scored: readonly ScoredCondition[],
  of: (metric: PerturbationMetric) => number,
): Partial<Record<PerturbationMetric, number>> {
  const known = PERTURBATION_METRICS.filter((metric) =>
    scored.some(({ scores }) => scores[metric] !== undefined)
  );
  return Object.fromEntries(known.map((metric) => [metric, of(metric)]));
}
