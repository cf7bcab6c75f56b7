import type { SplitRule } from "../baselines/mod.ts";
import {
  type ExperimentOptions,
  namedCheckpoint,
  shippedStart,
  type StartingPoint,
  type TuneSettings,
  untrained,
} from "../experiments/finetune/mod.ts";
import { bestOntology } from "../experiments/pretrain/mod.ts";
import { engineName } from "../kernels/mod.ts";
import { type Result, writeResult } from "../metrics/mod.ts";
import type { Ontology } from "../ontology/mod.ts";
import { resultsDir, startBackend, usageError } from "../runtime/mod.ts";
import { createCommand, integer, oneOf } from "./flags.ts";
import { createProgress } from "./progress.ts";
import { resultTables } from "./results.ts";
import { interruptSignal } from "./run.ts";
import { terminalTable } from "./table.ts";

/** The flags of a command that fine-tunes: which set, how it is split, what it starts from and how it learns. */
export function createExperimentCommand(name: string, description: string, sets: string) {
  return createCommand(name, description, { out: "folder of the results file (default: data/results)" })
    .requiredOption("--set <name>", sets)
    .option(
      "--split <how>",
      "70/30 (any shares) or a way that the set has: leave-one-out, 5-shot, left-right, files (default: its own)",
    )
    .option("--repeats <n>", "times to split anew (default: the set's own)", integer({ min: 1 }))
    .option(
      "--checkpoint <folder>",
      "what to start from, or random (default: a shipped one that has not seen the set)",
    )
    .option("--epochs <n>", "passes over the training cells", integer({ min: 1 }))
    .option("--layers <n>", "upper layers that learn, or all", layerCount)
    .option("--length <n>", "genes a cell is read by, at most", integer({ min: 2 }))
    .option("--rate <x>", "highest learning rate", Number)
    .option("--class-weights <how>", "none or balanced", oneOf(["none", "balanced"]))
    .option("--no-ablations", "leave out the runs without pretraining and without the ontology")
    .option(
      "--save <folder>",
      "keep the tuned model of the first split: a checkpoint with its linear path and their weights",
    )
    .option(
      "--resume <folder>",
      "keep the state of each tuning there, from which the same command goes on when it was stopped",
    );
}

/** The flags of {@linkcode createExperimentCommand} once parsed. */
export type ExperimentFlags = ReturnType<ReturnType<typeof createExperimentCommand>["opts"]>;

function layerCount(text: string): number | "all" {
  return text === "all" ? "all" : integer({ min: 0 })(text);
}

/** The rule that a text names; `groups` is the word for one group, where the set has some. */
export function parseSplit(text: string, { groups }: { groups?: string } = {}): SplitRule {
  const shares = text.match(/^(\d+)\/(\d+)$/);
  if (shares && Number(shares[1]) > 0 && Number(shares[2]) > 0) {
    return { by: "cells", test: Number(shares[2]) / (Number(shares[1]) + Number(shares[2])) };
  }
  const shots = text.match(/^(\d+)-shot$/);
  if (shots) return { by: "shots", shots: Number(shots[1]) };
  if (/^leave-one-(\w+-)?out$/.test(text) && groups) return { by: "groups", of: groups };
  throw usageError(
    `Cannot split by "${text}": expected shares such as 70/30, 5-shot${
      groups ? `, or leave-one-${groups}-out` : ""
    }`,
  );
}

/**
 * The starting weights of a set: `--checkpoint`, or a shipped one that has not seen it; random weights for "random" and for
 * presets of which none is shipped.
 */
async function startFor(set: string, { checkpoint, preset, seed }: ExperimentFlags): Promise<StartingPoint> {
  if (checkpoint === undefined) return await shippedStart(set, { preset, seed });
  if (checkpoint === "random") return await untrained(preset, seed);
  return await namedCheckpoint(set, checkpoint);
}

/** Cells that a command experiments on, as it tells of them. */
interface ShownSet {
  readonly name: string;
  readonly real: boolean;
  /** Origin of the cells, in words. */
  readonly origin?: string;
  /** Exclusions with their reasons, a sentence each. */
  readonly notes?: readonly string[];
}

/** Settings of every experiment, from its flags and the machine. */
type Setup = Pick<
  ExperimentOptions,
  | "preset"
  | "seed"
  | "backend"
  | "start"
  | "ontology"
  | "tune"
  | "ablations"
  | "save"
  | "resume"
  | "signal"
  | "onProgress"
>;

/** Runs an experiment with a bar on stderr, writes its results file and prints its table. */
export async function runExperimentCommand(
  task: string,
  set: ShownSet,
  { flags, split, ontology, fileAs = set.name, run }: {
    flags: ExperimentFlags;
    split: string;
    /** Name of the results file's set, where the set is run in more ways than one; default the set's own. */
    fileAs?: string;
    /** Default {@linkcode bestOntology}. */
    ontology?: Ontology;
    run: (setup: Setup) => Promise<{ readonly result: Result }>;
  },
): Promise<void> {
  const backend = engineName(await startBackend(flags.backend));
  const start = await startFor(set.name, flags);
  const { preset, seed, ablations, save, resume } = flags;
  const origin = set.origin ? ` (${set.origin})` : "";
  console.error(
    [`${set.name}: ${set.real ? "real" : "simulated"} cells${origin}`, ...set.notes ?? []].join("; "),
  );
  console.error(
    `${split}, starts from ${start.name}; preset ${preset} ${JSON.stringify(start.model.config)}; ${backend}`,
  );
  const bar = createProgress(task, 1000);
  const { result } = await run({
    preset,
    seed,
    backend,
    start,
    ontology: ontology ?? await bestOntology(),
    tune: tuneFlags(flags),
    ablations,
    save,
    resume,
    signal: interruptSignal(),
    onProgress: ({ done, total, note }) => bar.update(Math.floor(1000 * done / total), ` ${note}`),
  });
  bar.finish();
  await fileResult({ ...result, set: fileAs }, flags.out);
}

/** Writes a results file and prints its table. */
export async function fileResult(result: Result, out?: string): Promise<void> {
  const path = await writeResult(result, out ?? resultsDir());
  console.log(resultTables([result]).map(terminalTable).join("\n"));
  console.log(`Written: ${path}`);
}

/** Settings that flags name; those left out are not there, so that they override nothing. */
function tuneFlags(
  { epochs, layers, length, rate, classWeights }: ExperimentFlags,
): Partial<TuneSettings> {
  const named = { epochs, layers, length, peak: rate, classWeights };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}
