import { basename, join } from "node:path";
import { fileSha256 } from "../data/fetch/mod.ts";
import { engineName } from "../kernels/mod.ts";
import type { Result } from "../metrics/mod.ts";
import {
  checkpointsDir,
  createRng,
  fileError,
  resultsDir,
  startBackend,
  statOrNull,
  usageError,
} from "../runtime/mod.ts";
import { namedCheckpoint } from "../experiments/finetune/mod.ts";
import {
  ABLATIONS,
  findOriginal,
  isOriginalNovelSet,
  type Keep,
  NOVEL_ATLAS,
  type NovelTraining,
  openNovelCells,
  openPool,
  POOL,
  runAblations,
  runNovel,
  runOnCheckpoint,
  runPool,
  simulatedNovelSet,
} from "../experiments/novel/mod.ts";
import { bestOntology, trainingPreset } from "../experiments/pretrain/mod.ts";
import { fileResult } from "./experiment.ts";
import { createCommand, integer } from "./flags.ts";
import { createProgress } from "./progress.ts";
import { interruptSignal, runCommand } from "./run.ts";

const options = createCommand(
  "novel",
  "Names cells of types that were never seen in training, by several rules, at five levels of difficulty.",
  { out: "folder of the results file (default: data/results)" },
)
  .requiredOption(
    "--set <name>",
    "simulated, pool (real sets, each branch of types held out in turn), novel_cell_data1, novel_cell_data2, or a file",
  )
  .option("--ablations", "with simulated: train without what the claim rests on, a new atlas for each seed")
  .option("--repeats <n>", "with --ablations: seeds", integer({ min: 1 }), 3)
  .option(
    "--cells <n>",
    "with simulated: cells of the atlas (default: 12000; with --ablations 3000)",
    integer({ min: 500 }),
  )
  .option("--most <n>", "with pool: cells of a type in a set at most", integer({ min: 10 }), 30)
  .option("--epochs <n>", "passes over the training cells", integer({ min: 1 }))
  .option("--rate <x>", "highest learning rate", Number)
  .option("--checkpoint <folder>", "with a file: the model (default: checkpoints/walkthrough)")
  .option("--label-key <column>", "with a file: obs column of the types (default: cell_type)")
  .option("--use-raw", "with a file: read raw in place of X");

type Flags = ReturnType<typeof options.opts>;

/** `deno task novel`: names cells of types that were never seen in training. */
export const command = options.action(async (flags) => {
  trainingPreset(flags.preset);
  await fileResult(await runFlagged(flags), flags.out);
});

async function runFlagged(flags: Flags): Promise<Result> {
  const { set, ablations } = flags;
  if (ablations && set !== "simulated") {
    throw usageError(
      `Cannot run --ablations on ${set}: they are trained on simulated atlases, use --set simulated`,
    );
  }
  if (set === "simulated") return ablations ? await runEveryAblation(flags) : await runSimulated(flags);
  if (set === "pool") return await runOnPool(flags);
  return await runOnFile(flags);
}

/** Setup of all runs: the engine by name, and the training that flags ask for. */
async function prepare(flags: Flags) {
  const backend = engineName(await startBackend(flags.backend));
  const named = { epochs: flags.epochs, peak: flags.rate, signal: interruptSignal() };
  const training: Partial<NovelTraining> = Object.fromEntries(
    Object.entries(named).filter(([, value]) => value !== undefined),
  );
  return { preset: flags.preset, seed: flags.seed, backend, training };
}

/** Many models are trained: less for each, enough for the differences between them. */
const ABLATION = { cells: 3000, epochs: 3 };
const FOLD = { epochs: 3 };

/** Finished parts of a run of many trainings, beside its results file. */
function keeper({ out, preset, seed, cells, most, epochs, rate }: Flags, run: string): Keep {
  const folder = join(out ?? resultsDir(), "runs", `novel-${run}`);
  return { folder, settings: { preset, seed, cells, most, epochs, rate, ABLATION, FOLD } };
}

const discard = ({ folder }: Keep): Promise<void> => Deno.remove(folder, { recursive: true });

async function runSimulated(flags: Flags): Promise<Result> {
  const options = await prepare(flags);
  const set = await simulatedNovelSet({ cells: flags.cells ?? NOVEL_ATLAS.cells, seed: flags.seed });
  console.error(
    `simulated atlas: ${set.seen[0].source.nObs} cells of seen types, ${set.novel.source.nObs} of novel ones`,
  );
  const onLog: NovelTraining["onLog"] = ({ kind, epoch, scores }) => {
    if (kind === "validation") console.error(`epoch ${epoch + 1}: validation loss ${scores.loss.toFixed(3)}`);
  };
  const { result } = await runNovel(set, { ...options, training: { ...options.training, onLog } });
  return result;
}

async function runEveryAblation(flags: Flags): Promise<Result> {
  const options = await prepare(flags);
  const seeds = Array.from({ length: flags.repeats }, (_, i) => flags.seed + i);
  const total = seeds.length * Object.keys(ABLATIONS).length;
  const bar = createProgress("ablations", total);
  const keep = keeper(flags, "ablations");
  let done = 0;
  const result = await runAblations({
    ...options,
    training: { epochs: ABLATION.epochs, ...options.training },
    keep,
    seeds,
    open: (seed) => simulatedNovelSet({ cells: flags.cells ?? ABLATION.cells, seed }),
    onDone: (name, seed) => bar.update(++done, ` ${name}, seed ${seed}`),
  });
  bar.finish();
  await discard(keep);
  return result;
}

async function runOnPool(flags: Flags): Promise<Result> {
  const options = await prepare(flags);
  const pool = await openPool({ most: flags.most, rng: createRng(flags.seed).split("pool") });
  if (pool === null) {
    throw usageError(
      `Cannot pool real sets: fewer than two of ${
        POOL.map(({ name }) => name).join(", ")
      } are in data/cache or ` +
        `KCELLFM_MIRROR; see \`deno task data list\`, or use --set simulated`,
    );
  }
  const keep = keeper(flags, "pool");
  const { result } = await runPool(pool, {
    ...options,
    training: { ...FOLD, ...options.training },
    keep,
    onFold: ({ name, heldOut }, done, of) =>
      console.error(`${done + 1}/${of}: without ${name} (${heldOut.length} types)`),
  });
  await discard(keep);
  return result;
}

async function runOnFile(flags: Flags): Promise<Result> {
  const { set, labelKey: labels, useRaw } = flags;
  const path = isOriginalNovelSet(set) ? await findOriginal(set) : requireFile(set);
  const { preset, seed, backend } = await prepare(flags);
  const name = isOriginalNovelSet(set) ? set : fileName(path);
  const start = await namedCheckpoint(name, flags.checkpoint ?? join(checkpointsDir(), "walkthrough"));
  const ontology = await bestOntology();
  const novel = await openNovelCells(path, { model: start.model, ontology, labels, useRaw });
  const sha256 = await fileSha256(path);
  const run = await runOnCheckpoint(novel, { name, start, ontology, preset, seed, backend, sha256 });
  return run.result;
}

/** @throws {KcellfmError} tag "usage" for an unknown name, "file" where there is no such file. */
function requireFile(path: string): string {
  if (statOrNull(path)) return path;
  const what = "expected simulated, pool, novel_cell_data1, novel_cell_data2, or a file of cells";
  if (!/[./\\]/.test(path)) throw usageError(`Cannot find the set "${path}": ${what}`);
  throw fileError(`Cannot open ${path}: there is no such file; ${what}`);
}

const fileName = (path: string): string =>
  basename(path).replace(/\.[a-z0-9]+$/i, "").replaceAll(/[^A-Za-z0-9_.+-]/g, "_");

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
