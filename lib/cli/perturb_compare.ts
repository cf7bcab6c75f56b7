import { engineName } from "../kernels/mod.ts";
import { startRun, writeResult } from "../metrics/mod.ts";
import { resultsDir, startBackend } from "../runtime/mod.ts";
import {
  chooseModels,
  comparePerturbations,
  INTERFERON_GAMMA,
  leagueTable,
  PERTURBATION_SETS,
  perturbationResult,
  type PerturbationSet,
  type PerturbationSplit,
  reporterCalls,
  type ReportFacts,
  type ScoredCondition,
  writeConditionScores,
  writeSplits,
} from "../experiments/perturb/mod.ts";
import {
  describeScreen,
  type OpenScreen,
  openScreen,
  type ScreenFlags,
  splitsFor,
} from "./perturb_screen.ts";
import { namesIn } from "./flags.ts";
import { leagueTables, reporterTable } from "./perturb_tables.ts";
import { createProgress } from "./progress.ts";
import { interruptSignal } from "./run.ts";
import { terminalTable } from "./table.ts";

/** The flags of `perturb compare`, once parsed. */
export interface CompareFlags extends ScreenFlags {
  readonly set: string;
  readonly models?: string;
  readonly rounds: number;
  readonly saveSplit?: string;
  readonly backend?: string;
  readonly out?: string;
}

/** Scores models on held-out conditions, writes the results file and prints the league. */
export async function compare(flags: CompareFlags): Promise<void> {
  const backend = engineName(await startBackend(flags.backend));
  const names = namesIn(flags.models);
  const screen = await openScreen(flags.set, flags, names);
  const rounds = await Promise.all(Array.from({ length: flags.rounds }, async (_, round) => {
    const seed = flags.seed + round;
    return { seed, ...await splitsFor(screen.set, { ...flags, seed }) };
  }));
  const [{ rule }] = rounds;
  const splits = rounds.flatMap((round) => named(round, rounds.length));
  if (flags.saveSplit) await writeSplits(flags.saveSplit, splits);
  const models = chooseModels(screen.all, names);
  console.error(describeScreen(screen, { rule, splits, backend }));
  const done = startRun();
  const scored = await scoreRounds(screen, { models, rounds });
  const facts = done(scored.reduce((sum, { condition }) => sum + condition.cells.rows, 0));
  const fileAs = fileName(screen.set, { rule, failed: flags.failed });
  await report(screen.set, { scored, splits, folder: flags.out ?? resultsDir() }, {
    set: fileAs,
    split: rule,
    preset: flags.preset,
    seed: flags.seed,
    backend,
    checkpoint: screen.start.name,
    facts,
  });
}

interface Round {
  readonly seed: number;
  readonly splits: readonly PerturbationSplit[];
}

/** Splits whose names say the seed, where there are several rounds. */
const named = ({ seed, splits }: Round, rounds: number): PerturbationSplit[] =>
  splits.map((split) => rounds === 1 ? split : { ...split, name: `${split.name}, seed ${seed}` });

async function scoreRounds(
  { set, learnFrom, terms }: OpenScreen,
  { models, rounds }: { models: ReturnType<typeof chooseModels>; rounds: readonly Round[] },
): Promise<ScoredCondition[]> {
  const bar = createProgress("perturb", 1000);
  const scored: ScoredCondition[] = [];
  for (const [at, round] of rounds.entries()) {
    scored.push(
      ...await comparePerturbations(set, {
        splits: named(round, rounds.length),
        models,
        terms,
        learnFrom,
        seed: round.seed,
        signal: interruptSignal(),
        onProgress: ({ done, total, note }) =>
          bar.update(Math.floor(1000 * (at + done / total) / rounds.length), ` ${note}`),
      }),
    );
  }
  bar.finish();
  return scored;
}

/** Another way to split, or to treat cells whose guide failed, is another set of results. */
function fileName({ name }: PerturbationSet, { rule, failed }: { rule: string; failed: string }): string {
  const recipe = PERTURBATION_SETS[name];
  const bySplit = recipe && recipe.split !== rule ? `${name}_${rule}` : name;
  return failed === "keep" ? bySplit : `${bySplit}_${failed}`;
}

/** Writes both files of a run and prints its tables. */
async function report(
  set: PerturbationSet,
  { scored, splits, folder }: {
    scored: readonly ScoredCondition[];
    splits: readonly PerturbationSplit[];
    folder: string;
  },
  facts: ReportFacts,
): Promise<void> {
  const league = leagueTable(scored, { seed: facts.seed });
  const result = perturbationResult(set, { league, scored, splits }, facts);
  const paths = [await writeResult(result, folder), await writeConditionScores(facts.set, scored, folder)];
  const calls = reporterCalls(scored, set.genes, INTERFERON_GAMMA);
  const reporter = calls.length > 0 ? [reporterTable(calls, INTERFERON_GAMMA)] : [];
  console.log([...leagueTables(set.name, league), ...reporter].map(terminalTable).join("\n"));
  console.log(`Written: ${paths.join(", ")}`);
}
