import { join } from "node:path";
import { engineLine, engineName } from "../kernels/mod.ts";
import type { Result } from "../metrics/mod.ts";
import { loadOntology } from "../ontology/mod.ts";
import { checkpointsDir, resultsDir, startBackend, statOrNull, usageError } from "../runtime/mod.ts";
import {
  atlasResult,
  findShards,
  NAMING_RULES,
  type OnStage,
  partPath,
  runPbmc,
  runShards,
  runSimulated,
} from "../experiments/atlas/mod.ts";
import { bestOntology } from "../experiments/pretrain/mod.ts";
import { openCellModel } from "../cell/mod.ts";
import { usualWorkers } from "../train/mod.ts";
import { fileResult } from "./experiment.ts";
import { createCommand, integer, oneOf } from "./flags.ts";
import { progressByStep } from "./progress.ts";
import { interruptSignal, runCommand } from "./run.ts";

const options = createCommand(
  "atlas",
  "Names the cells of a whole atlas from sharded .h5ad files; goes on where a stopped run ended.",
  { out: "folder of the results file (default: data/results)" },
)
  .requiredOption(
    "--set <names...>",
    "simulated (by a nano model of its own), pbmc (pooled real sets), or shards: .h5ad files, a folder, a pattern",
  )
  .option(
    "--answers <folder>",
    "where the names of cells go, a .tsv.gz a shard (default: data/results/atlas-SET)",
  )
  .option("--checkpoint <folder>", "shards: the model that names them (default: checkpoints/PRESET)")
  .option(
    "--by <rule>",
    `shards: name by the model's classifier or by ontology text (${NAMING_RULES.join(", ")})`,
    oneOf(NAMING_RULES),
  )
  .option("--truth-key <column>", "shards: obs column of true types, to score where it is there", "cell_type")
  .option("--ontology <file>", "shards: an .obo or .obo.gz release (default: the best at hand)")
  .option("--cells <n>", "simulated: cells of the atlas", integer({ min: 200 }), 100_000)
  .option("--types <n>", "simulated: cell types", integer({ min: 2 }))
  .option("--shard-cells <n>", "simulated: cells a shard", integer({ min: 10 }), 50_000)
  .option("--train-cells <n>", "simulated: cells of the training sample", integer({ min: 100 }), 4000)
  .option("--epochs <n>", "simulated: passes over them", integer({ min: 1 }), 8)
  .option("--length <n>", "simulated: genes a cell is read by, at most", integer({ min: 8 }), 48)
  .option(
    "--rival-cells <n>",
    "simulated: cells that other methods are asked of, 0 for none",
    integer({ min: 0 }),
    50_000,
  )
  .option(
    "--shared-cells <n>",
    "cells that embeddings are compared on, 0 for none",
    integer({ min: 0 }),
    3000,
  )
  .option(
    "--workers <n>",
    "threads that share the cells (default: one a core, at most 8)",
    integer({ min: 1 }),
  );

/** The flags, with what the machine adds to them. */
type AtlasFlags = ReturnType<typeof options.opts> & {
  readonly backend: string;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onStage: OnStage;
};

/** `deno task atlas`: names the cells of an atlas from its shards, in memory that does not grow with it. */
export const command = options.action(async (flags) => {
  const backend = await startBackend(flags.backend);
  console.error(engineLine(backend));
  const common = {
    ...flags,
    backend: engineName(backend),
    workers: flags.workers ?? usualWorkers(),
    signal: interruptSignal(),
    onStage: progressByStep(),
  };
  const [name] = flags.set;
  const result = name === "simulated" || name === "pbmc"
    ? await runNamed(name, common)
    : await runFiles(common);
  await fileResult(result, flags.out);
  console.log(summary(result));
});

const answersFolder = (set: string, { answers }: AtlasFlags): string =>
  answers ?? join(resultsDir(), `atlas-${set}`);

/** A set that is known by name. */
async function runNamed(name: "simulated" | "pbmc", flags: AtlasFlags): Promise<Result> {
  if (flags.set.length > 1) throw usageError(`Cannot run ${flags.set.join(" ")}: ${name} stands alone`);
  if (name === "pbmc") return (await runPbmc({ ...flags, ontology: await bestOntology() })).result;
  const { cells, types, shardCells, seed, trainCells, epochs, length } = flags;
  const run = await runSimulated({
    ...flags,
    by: flags.by ?? "classifier",
    ontology: await loadOntology(null), // the built-in one, so that the atlas is the same on every machine
    folder: answersFolder(`simulated-${cells}`, flags),
    size: { cells, types, shardCells, seed },
    training: { cells: trainCells, epochs, length },
  });
  return run.result;
}

/** Shards of the user's own. */
async function runFiles(flags: AtlasFlags): Promise<Result> {
  const { checkpoint, preset, seed, backend, by = "text" } = flags;
  const shards = findShards(flags.set);
  const ontology = flags.ontology ? await loadOntology(flags.ontology) : await bestOntology();
  const model = await openCellModel(checkpoint ?? join(checkpointsDir(), preset));
  const set = statOrNull(flags.set[0])?.isDirectory
    ? flags.set[0].split("/").filter(Boolean).at(-1)!
    : shards[0].name;
  const folder = answersFolder(set, flags);
  const run = await runShards(model, shards, { ...flags, by, ontology, folder });
  console.error(
    `The names of the cells: ${shards.map(({ name }) => partPath(folder, name)).slice(0, 3).join(", ")}, ...`,
  );
  return atlasResult({
    ...run,
    set,
    preset: model.config.preset,
    seed,
    backend,
    ontology,
    split: "none: the model as it is",
  });
}

function summary({ data, cells_per_second, peak_mb, metrics }: Result): string {
  const share = metrics.reading_share;
  return `${data.cells.toLocaleString("en-US")} cells, ${Math.round(cells_per_second ?? 0)} a second` +
    (typeof share === "number" ? `, ${(100 * share).toFixed(1)} % of the time reading` : "") +
    `, peak ${peak_mb} MB`;
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
