import { engineName } from "../kernels/mod.ts";
import { startRun, writeResult } from "../metrics/mod.ts";
import { resultsDir, startBackend } from "../runtime/mod.ts";
import { namedCheckpoint, shippedStart, type StartingPoint } from "../experiments/finetune/mod.ts";
import {
  baselinesFor,
  chooseModels,
  comparePerturbations,
  GEARS_AS_PUBLISHED,
  gearsFits,
  type GearsSettings,
  INTERFERON_GAMMA,
  leagueTable,
  openPerturbationSet,
  PERTURBATION_SETS,
  perturbationResult,
  type PerturbationSet,
  type PerturbationSplit,
  readSplits,
  reporterCalls,
  type ReportFacts,
  type ScoredCondition,
  SPLIT_RULES,
  splitConditions,
  termsFor,
  writeConditionScores,
  writeSplits,
} from "../experiments/perturb/mod.ts";
import { createCommand, integer } from "./flags.ts";
import { leagueTables, reporterTable } from "./perturb_tables.ts";
import { createProgress } from "./progress.ts";
import { interruptSignal, runCommand } from "./run.ts";
import { terminalTable } from "./table.ts";

/** `deno task perturb`: predicts what perturbed genes do, beside the baselines that are hard to beat. */
export const command = createCommand(
  "perturb",
  "Predicts the response to perturbations that were held out: GEARS and the baselines on the same splits.",
  { out: "folder of the results file (default: data/results)" },
)
  .requiredOption(
    "--set <name>",
    `${
      Object.keys(PERTURBATION_SETS).join(", ")
    }, or a file in the form of GEARS (obs condition: A+ctrl, A+B, ctrl)`,
  )
  .option("--split <how>", `${SPLIT_RULES.join(", ")}, or a file of --save-split (default: the set's own)`)
  .option("--repeats <n>", "draws of simulation, folds of leave-genes-out", integer({ min: 1 }))
  .option("--models <names>", "only these, parted by commas (default: all that fit the set)")
  .option("--save-split <file>", "keep the splits as JSON, to score others on them")
  .option(
    "--checkpoint <folder>",
    "the cell model whose genes are used (default: a shipped one that has not seen the set)",
  )
  .option("--condition-key <column>", "with a file: obs column of conditions (default: condition)")
  .option("--context-key <column>", "with a file: obs column of backgrounds such as cell types")
  .option("--control <word>", "with a file: what controls are called (default: ctrl)")
  .option(
    "--genes <n>",
    "genes at most: the most variable and the perturbed (default: 1000)",
    integer({ min: 2 }),
  )
  .option("--cells <n>", "cells of a condition at most (default: all)", integer({ min: 2 }))
  .option("--as-published", "GEARS with the original's settings and the direction term that has no gradient")
  .option("--epochs <n>", "passes of GEARS over the training cells", integer({ min: 1 }))
  .action(async (flags) => {
    const backend = engineName(await startBackend(flags.backend));
    const set = await openPerturbationSet(flags.set, { ...columnFlags(flags), seed: flags.seed });
    const { rule, splits } = await splitsFor(set, flags);
    if (flags.saveSplit) await writeSplits(flags.saveSplit, splits);
    const start = await startFor(set, flags);
    const { terms, notes } = await termsFor(set);
    const names = flags.models?.split(",").map((name) => name.trim()) ?? [];
    const cell = start.name === "random" ? undefined : start.model;
    const all = [
      ...baselinesFor(set, { terms, cell }),
      ...gearsFits(set, { cell, settings: gearsFlags(flags) }),
    ];
    const models = chooseModels(all, names);
    console.error(describeRun(set, { rule, splits, start, backend, notes }));
    const done = startRun();
    const bar = createProgress("perturb", 1000);
    const scored = await comparePerturbations(set, {
      splits,
      models,
      terms,
      seed: flags.seed,
      signal: interruptSignal(),
      onProgress: ({ done, total, note }) => bar.update(Math.floor(1000 * done / total), ` ${note}`),
    });
    bar.finish();
    const facts = done(scored.reduce((sum, { condition }) => sum + condition.cells.rows, 0));
    await report(set, { scored, splits, rule, folder: flags.out ?? resultsDir() }, {
      preset: flags.preset,
      seed: flags.seed,
      backend,
      checkpoint: start.name,
      facts,
    });
  });

/** Writes both files of a run and prints its tables. */
async function report(
  set: PerturbationSet,
  { scored, splits, rule, folder }: {
    scored: readonly ScoredCondition[];
    splits: readonly PerturbationSplit[];
    rule: string;
    folder: string;
  },
  facts: Omit<ReportFacts, "set" | "split">,
): Promise<void> {
  const league = leagueTable(scored, { seed: facts.seed });
  const recipe = PERTURBATION_SETS[set.name];
  const fileAs = recipe && recipe.split !== rule ? `${set.name}_${rule}` : set.name;
  const result = perturbationResult(set, { league, scored, splits }, { ...facts, set: fileAs, split: rule });
  const paths = [await writeResult(result, folder), await writeConditionScores(fileAs, scored, folder)];
  const calls = reporterCalls(scored, set.genes, INTERFERON_GAMMA);
  const reporter = calls.length > 0 ? [reporterTable(calls, INTERFERON_GAMMA)] : [];
  console.log([...leagueTables(set.name, league), ...reporter].map(terminalTable).join("\n"));
  console.log(`Written: ${paths.join(", ")}`);
}

interface PerturbFlags {
  readonly set: string;
  readonly split?: string;
  readonly repeats?: number;
  readonly checkpoint?: string;
  readonly preset: string;
  readonly seed: number;
  readonly conditionKey?: string;
  readonly contextKey?: string;
  readonly control?: string;
  readonly genes?: number;
  readonly cells?: number;
  readonly epochs?: number;
  readonly asPublished?: boolean;
}

/** Options of reading that flags name; those left out are not there, so that they override nothing. */
function columnFlags({ conditionKey, contextKey, control, genes, cells }: PerturbFlags) {
  const named = { condition: conditionKey, context: contextKey, control, genes, cells };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

const gearsFlags = ({ epochs, asPublished }: PerturbFlags): Partial<GearsSettings> => ({
  ...(asPublished && GEARS_AS_PUBLISHED),
  ...(epochs !== undefined && { epochs }),
});

async function splitsFor(
  set: PerturbationSet,
  { split, repeats, seed }: PerturbFlags,
): Promise<{ rule: string; splits: PerturbationSplit[] }> {
  const recipe = PERTURBATION_SETS[set.name];
  const own = recipe?.split ?? (set.controls.length > 1 ? "leave-type-out" : "simulation");
  const rule = SPLIT_RULES.find((name) => name === (split ?? own));
  if (!rule) return { rule: "file", splits: await readSplits(split ?? "", set) };
  return {
    rule,
    splits: splitConditions(set, rule, { seed, repeats: repeats ?? (split ? undefined : recipe?.repeats) }),
  };
}

const startFor = (set: PerturbationSet, { checkpoint, preset, seed }: PerturbFlags): Promise<StartingPoint> =>
  checkpoint ? namedCheckpoint(set.name, checkpoint) : shippedStart(set.name, { preset, seed });

function describeRun(
  set: PerturbationSet,
  { rule, splits, start, backend, notes }: {
    rule: string;
    splits: readonly PerturbationSplit[];
    start: StartingPoint;
    backend: string;
    notes: readonly string[];
  },
): string {
  const what =
    `${set.name}: ${set.real ? "real" : "simulated"} cells, ${set.conditions.length} conditions, ` +
    `${set.genes.length} genes, counts scaled to ${set.total ?? "what the file holds"}`;
  return [
    what,
    ...set.notes,
    ...notes,
    `${rule}, ${splits.length} splits; genes of ${start.name}; ${backend}`,
  ].join("; ");
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
