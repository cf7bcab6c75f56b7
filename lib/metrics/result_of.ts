import { mean, sampleStandardDeviation } from "simple-statistics";
import type { Result } from "./result.ts";
import type { RunFacts } from "./run_facts.ts";

/** Scores by snake_case name. */
export type ExperimentScores = Record<string, number>;

/** Mean and standard deviation (n - 1; 0 for one run) of each score over runs; a score that a run lacks is left out of its mean. */
export function summarise(
  runs: readonly ExperimentScores[],
): { mean: ExperimentScores; sd: ExperimentScores } {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run)))];
  const of = (name: string) => runs.flatMap((run) => run[name] ?? []);
  return {
    mean: Object.fromEntries(names.map((name) => [name, mean(of(name))])),
    sd: Object.fromEntries(names.map((name) => [name, spread(of(name))])),
  };
}

/** The sample's standard deviation; 0 for a single run. */
export const spread = (values: number[]): number => values.length < 2 ? 0 : sampleStandardDeviation(values);

/** The scores of a results file from those of each repeat, by method: ours with its deviation, the others' means. */
export function scoreTable(
  repeats: readonly Readonly<Record<string, ExperimentScores>>[],
  ours: string,
): Pick<Result, "metrics" | "sd" | "baselines"> {
  const of = (name: string) => summarise(repeats.map((scores) => scores[name]));
  const others = Object.keys(repeats[0]).filter((name) => name !== ours);
  const { mean, sd } = of(ours);
  return { metrics: mean, sd, baselines: Object.fromEntries(others.map((name) => [name, of(name).mean])) };
}

/** Fields of a results file that a run may leave out. */
type Usual = "repeats" | "sd" | "baselines" | "published";

/** A results file without what is usual. */
export interface ResultParts
  extends Omit<Result, Usual | "data" | keyof RunFacts>, Partial<Pick<Result, Usual>> {
  readonly data:
    & Omit<Result["data"], "sha256">
    & Pick<Result["data"], "real" | "cells" | "genes">
    & { readonly sha256?: string | null };
  readonly facts: Pick<Result, keyof RunFacts>;
}

/** The results file of a run: one repeat, no deviations, baselines, published numbers or sha256 unless they are given. */
export const resultOf = ({ data, facts, ...parts }: ResultParts): Result => ({
  repeats: 1,
  sd: {},
  baselines: {},
  published: { accuracy: null, source: null },
  ...parts,
  data: { sha256: null, ...data },
  ...facts,
});
