import type { Result } from "../../metrics/mod.ts";
import type { ScoredCondition } from "./run.ts";

/** Losing any of these genes is known to lower a reporter gene. */
export interface KnownEffect {
  readonly reporter: string;
  readonly perturbed: readonly string[];
  /** Description of the effect, with its source. */
  readonly what: string;
}

/** Knock-outs of the interferon-gamma pathway and a gene that it switches on. */
export const INTERFERON_GAMMA: KnownEffect = {
  reporter: "PSMB9",
  perturbed: ["IFNGR1", "IFNGR2", "JAK2", "STAT1"],
  what: "loss of the interferon-gamma pathway lowers PSMB9 (Papalexi 2021)",
};

/** A model's prediction for one reporter in one condition. */
export interface ReporterCall {
  readonly model: string;
  readonly condition: string;
  /** Predicted change of the reporter, and the measured one. */
  readonly predicted: number;
  readonly observed: number;
  /** Half the width of the interval about the predicted change; null for a model without intervals. */
  readonly half: number | null;
  /** Place of the reporter among all genes by predicted change, 1 the most lowered; ties count as the worst. */
  readonly rank: number;
  readonly genes: number;
}

/** Every model's predictions for a known effect, each condition in the split that tests it; none if the set lacks the genes. */
export function reporterCalls(
  scored: readonly ScoredCondition[],
  genes: readonly string[],
  { reporter, perturbed }: KnownEffect,
): ReporterCall[] {
  const column = genes.indexOf(reporter);
  if (column < 0) return [];
  return scored
    .filter(({ condition }) => condition.perturbed.length === 1 && perturbed.includes(condition.perturbed[0]))
    .map(({ model, condition, predicted, halves }) => {
      const change = predicted.map((value, gene) => value - condition.control.mean[gene]);
      return {
        model,
        condition: condition.name,
        predicted: change[column],
        observed: condition.mean[column] - condition.control.mean[column],
        half: halves ? halves[column] : null,
        rank: change.filter((value) => value <= change[column]).length,
        genes: genes.length,
      };
    });
}

/** A model's calls as metrics: share of conditions in which the reporter falls, and its mean rank. */
export function reporterMetrics(
  calls: readonly ReporterCall[],
  { reporter }: KnownEffect,
): Result["metrics"] {
  if (calls.length === 0) return {};
  const key = reporter.toLowerCase();
  const own = calls.map((
    { condition, rank },
  ) => [`${key}_rank_${condition.replace(/\+.*/, "").toLowerCase()}`, rank]);
  return {
    [`${key}_lowered`]: calls.filter(({ predicted }) => predicted < 0).length / calls.length,
    [`${key}_rank`]: calls.reduce((sum, { rank }) => sum + rank, 0) / calls.length,
    ...Object.fromEntries(own),
  };
}
