import { join } from "node:path";
import { type Result, resultOf, type RunFacts } from "../../metrics/mod.ts";
import { makeFolder, resultsDir, writeFileAtomically } from "../../runtime/mod.ts";
import { INTERFERON_GAMMA, reporterCalls, reporterMetrics } from "./biology.ts";
import { leagueMetrics, type LeagueRow } from "./league.ts";
import type { ScoredCondition } from "./run.ts";
import { PERTURBATION_METRICS } from "./scores.ts";
import { PERTURBATION_SETS } from "./sets.ts";
import type { PerturbationSet, PerturbationSplit } from "./set.ts";

/** The model that a results file reports as ours: what `perturb train` keeps; else the first that was run of these. */
const HEADLINES = ["auto", "ensemble", "gears_kcellfm", "gears", "forest_go", "train_mean"];

/** Facts in a results file beside the scores. */
export interface ReportFacts {
  /** Name of the results file's set. */
  readonly set: string;
  readonly split: string;
  readonly preset: string;
  readonly seed: number;
  readonly backend: string;
  readonly checkpoint: string;
  readonly facts: RunFacts;
}

/** The league table as a results file: the headline's metrics, all other models as baselines. */
export function perturbationResult(
  set: PerturbationSet,
  { league, scored, splits }: {
    league: readonly LeagueRow[];
    scored: readonly ScoredCondition[];
    splits: readonly PerturbationSplit[];
  },
  { set: fileAs, split, preset, seed, backend, checkpoint, facts }: ReportFacts,
): Result {
  const calls = Map.groupBy(reporterCalls(scored, set.genes, INTERFERON_GAMMA), ({ model }) => model);
  const metricsOf = (row: LeagueRow) => ({
    ...leagueMetrics(row),
    ...reporterMetrics(calls.get(row.model) ?? [], INTERFERON_GAMMA),
  });
  const headline = league.find(({ model }) => model === HEADLINES.find((name) => has(league, name))) ??
    league[0];
  const others = league.filter((row) => row !== headline);
  const cells = [...set.conditions, ...set.controls].reduce((sum, part) => sum + part.cells.rows, 0);
  return resultOf({
    task: "perturb",
    set: fileAs,
    split,
    preset,
    seed,
    backend,
    facts,
    repeats: splits.length,
    data: {
      real: set.real,
      cells,
      genes: set.genes.length,
      sha256: set.sha256,
      total: set.total,
      checkpoint,
      model: headline.model,
      conditions: set.conditions.length,
      test_conditions: headline.conditions,
      notes: set.notes.join("; "),
    },
    metrics: metricsOf(headline),
    sd: headline.sd,
    baselines: Object.fromEntries(others.map((row) => [row.model, metricsOf(row)])),
    published: PERTURBATION_SETS[set.name]?.published ?? {},
  });
}

const has = (league: readonly LeagueRow[], name: string): boolean =>
  league.some(({ model }) => model === name);

/**
 * Writes the scores of every model on every test condition as a tab-separated table beside the results file.
 *
 * @returns the path
 */
export async function writeConditionScores(
  set: string,
  scored: readonly ScoredCondition[],
  folder = resultsDir(),
): Promise<string> {
  const path = join(folder, `perturb-${set}.conditions.tsv`);
  const header = ["split", "group", "condition", "cells", "model", ...PERTURBATION_METRICS];
  const rows = scored.map(({ split, group, condition, model, scores }) => [
    ...[split, group, condition.name, condition.cells.rows, model],
    ...PERTURBATION_METRICS.map((metric) => scores[metric]?.toPrecision(6) ?? ""),
  ]);
  await makeFolder(folder);
  await writeFileAtomically(path, [header, ...rows].map((row) => row.join("\t") + "\n").join(""));
  return path;
}
