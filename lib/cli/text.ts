import { createHash } from "node:crypto";
import { join } from "node:path";
import { findDataset } from "../data/fetch/mod.ts";
import { engineLine, engineName } from "../kernels/mod.ts";
import { type Result, writeResult } from "../metrics/mod.ts";
import { liveTerms, loadOntology, type Ontology } from "../ontology/mod.ts";
import {
  makeFolder,
  peakMemoryMb,
  requireFolder,
  resultsDir,
  startBackend,
  usageError,
  versions,
} from "../runtime/mod.ts";
import {
  describeEstimate,
  estimateText,
  prepareText,
  prepareTrial,
  scoreBaselines,
  scoreTrial,
  type TextRun,
  type TextSettings,
  trainText,
} from "../experiments/text/mod.ts";
import {
  embedOntology,
  type LossWeights,
  saveTextCheckpoint,
  TEXT_PRESETS,
  type TextModel,
  type TextPresetName,
  type TextScores,
  type TextTraining,
} from "../text/mod.ts";
import { requireFinished } from "../train/mod.ts";
import { createCommand, integer } from "./flags.ts";
import { createProgress } from "./progress.ts";
import { interruptSignal, runCommand } from "./run.ts";
import { terminalTable } from "./table.ts";
import { type Beginning, findBeginning, freshStart, loadBeginning } from "./text_start.ts";

/** The release that is used when it is at hand. */
const RELEASE = "cl-simple-2026-03-26";

/** The parts of the loss that an ablation leaves out. */
const ABLATIONS: Record<string, readonly (keyof LossWeights)[]> = {
  relation_loss_only: ["contrast", "graph"],
  without_graph_loss: ["graph"],
  without_contrast: ["contrast"],
  without_relation_loss: ["relation"],
};

/** `deno task text`: trains the text encoder, tries it on held-out terms, writes a checkpoint. */
export const command = createCommand(
  "text",
  "Trains the ontology text encoder and tries it on held-out terms.",
  {
    out: "folder of the checkpoint (default: data/results/text-PRESET)",
  },
)
  .option(
    "--ontology <file>",
    `an .obo or .obo.gz release (default: ${RELEASE} if at hand, else the built-in table)`,
  )
  .option("--held-out <share>", "share of the terms to test on", share, 0.1)
  .option("--ablations", "also train with parts of the loss left out, to see what each adds")
  .option("--evaluate-only", "no checkpoint: only the held-out scores")
  .option("--checkpoint-only", "no held-out scores: only the checkpoint")
  .option(
    "--weights <from>",
    "paper: a BERT to start from, or a tuned one to embed with: folder, file or hf:owner/name@revision " +
      "(default: PubMedBERT of the registry)",
  )
  .option("--triples <file>", 'facts to learn, "head relation tail" a line, in place of the ontology\'s')
  .option("--epochs <n>", "passes over the facts (default: the preset's)", integer({ min: 1 }))
  .action(async (options) => {
    const started = performance.now();
    const out = await prepareOut(options);
    const backend = await startBackend(options.backend);
    const source = options.ontology ?? await findDataset(RELEASE);
    const preset = requirePreset(options.preset);
    const ablations = requireAblations(preset, options);
    const settings = { preset, seed: options.seed, epochs: options.epochs };
    const signal = interruptSignal();
    const beginning = await findBeginning(preset, { ...options, signal });
    const job: Job = { ontology: await loadOntology(source), settings, beginning, signal, directories: [] };
    console.error(`${describe(job)}; ${engineLine(backend)}`);
    if (beginning.tuned && !options.epochs) return await embedTuned(job, out);
    let metrics: Result | null = null;
    if (!options.checkpointOnly) {
      const trial = await evaluate(job, { share: options.heldOut, ablations });
      metrics = resultOf(job, { trial, backend: engineName(backend), sha256: sha256(source), started });
      console.log(scoreTable(trial));
      console.log(`Written: ${await writeResult(metrics)}`);
    }
    if (!options.evaluateOnly) await makeCheckpoint(job, { out, metrics });
    for (const directory of job.directories) await Deno.remove(directory, { recursive: true });
  });

/** What the command works on. */
interface Job {
  readonly ontology: Ontology;
  readonly settings: TextSettings;
  readonly beginning: Beginning;
  readonly signal: AbortSignal;
  /** Folders of its runs, kept until all is done so that the command can go on after a stop. */
  readonly directories: string[];
}

/** The folder of the checkpoint, refused at once where it could not be made; our own results folder is made. */
async function prepareOut({ out, preset }: { out?: string; preset: string }): Promise<string> {
  if (!out) await makeFolder(resultsDir());
  const folder = out ?? join(resultsDir(), `text-${preset}`);
  requireFolder(folder);
  return folder;
}

/** Scores on held-out terms, ours and what they are held against. */
interface Trial {
  readonly terms: number;
  readonly heldOut: number;
  readonly scores: TextScores;
  readonly baselines: Record<string, TextScores>;
}

function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw usageError(`Cannot hold out "${text}" of the terms: expected a share between 0 and 1`);
}

function requirePreset(name: string): TextPresetName {
  if (name in TEXT_PRESETS) return name as TextPresetName;
  throw usageError(
    `Cannot use preset "${name}": it is not known (known: ${Object.keys(TEXT_PRESETS).join(", ")})`,
  );
}

/** The runs that `--ablations` asks for. */
function requireAblations(
  preset: TextPresetName,
  { ablations, checkpointOnly }: { ablations?: boolean; checkpointOnly?: boolean },
): typeof ABLATIONS {
  if (!ablations) return {};
  if (checkpointOnly) {
    throw usageError("Cannot run --ablations with --checkpoint-only: nothing is scored; drop one of them");
  }
  const parts = Object.entries(TEXT_PRESETS[preset].training.weights).filter(([, weight]) => weight > 0);
  if (parts.length > 1) return ABLATIONS;
  throw usageError(
    `Cannot run --ablations at preset ${preset}: its loss has one part (${
      parts[0][0]
    }), so none can be left out; ` +
      "drop the flag or take another preset",
  );
}

function describe({ ontology, settings, beginning }: Job): string {
  const terms = liveTerms(ontology);
  const definitions = terms.filter(({ definition }) => definition).length;
  return `Cell Ontology ${ontology.version} (${ontology.source}): ${terms.length} terms, ${definitions} definitions; ` +
    `preset ${settings.preset} ${JSON.stringify({ ...TEXT_PRESETS[settings.preset], ...beginning.facts })}`;
}

async function evaluate(
  job: Job,
  { share, ablations }: { share: number; ablations: typeof ABLATIONS },
): Promise<Trial> {
  const trial = async (what: string, weights?: LossWeights) => {
    const start = await freshStart(job.beginning, job.settings);
    const run = prepareTrial(job.ontology, { ...job.settings, weights, share }, start);
    const baselines = weights ? {} : scoreBaselines(run);
    await resumably(job, { run, what: `${what}-${share}` });
    const scores = scoreTrial(run);
    run.model.dispose();
    return { terms: run.exam.names.length, heldOut: run.exam.heldOut.length, scores, baselines };
  };
  const main = await trial("held-out");
  const others: Record<string, TextScores> = {};
  for (const [name, left] of Object.entries(ablations)) {
    others[name] = (await trial(name, lossWithout(job, left))).scores;
  }
  return { ...main, baselines: { ...main.baselines, ...others } };
}

function lossWithout({ settings }: Job, left: readonly (keyof LossWeights)[]): LossWeights {
  const { weights } = TEXT_PRESETS[settings.preset].training;
  return { ...weights, ...Object.fromEntries(left.map((part) => [part, 0])) };
}

/** The folder that keeps a stopped run; its name changes with everything that the run depends on. */
function runDirectory(job: Job, { run, what }: { run: TextRun; what: string }): string {
  const { ontology: { source, version }, settings, beginning: { facts } } = job;
  const fixed = JSON.stringify([run.model.config, run.training, source, version, settings, facts]);
  const key = createHash("sha256").update(fixed).digest("hex").slice(0, 8);
  return join(resultsDir(), "runs", `text-${settings.preset}-${what}-${key}`);
}

/** Trains in a folder of its own, from where an earlier call of the same command was stopped. */
async function resumably(job: Job, { run, what }: { run: TextRun; what: string }): Promise<void> {
  const directory = runDirectory(job, { run, what });
  job.directories.push(directory);
  if (job.beginning.files) console.error(describeEstimate(estimateText(run)));
  const bar = createProgress(`Training (${what})`, run.steps);
  const training = await trainText(run, {
    directory,
    signal: job.signal,
    onStep: ({ step, loss }) => bar.update(step, `loss ${loss.toFixed(3)}`),
  });
  bar.finish();
  requireFinished(training, directory);
}

async function makeCheckpoint(
  job: Job,
  { out, metrics }: { out: string; metrics: Result | null },
): Promise<void> {
  const { ontology, settings, beginning } = job;
  const run = prepareText(ontology, settings, await freshStart(beginning, settings));
  await resumably(job, { run, what: "all-terms" });
  await saveModel(job, run.model, { out, metrics, training: run.training });
}

/** Weights that somebody tuned need no training, and no held-out terms: they have read those already. */
async function embedTuned(job: Job, out: string): Promise<void> {
  console.error("The weights are tuned already: nothing is trained or scored (--epochs N trains them on)");
  const model = await loadBeginning(job.beginning.files!, job.settings);
  await saveModel(job, model, { out, metrics: null });
}

async function saveModel(
  { ontology, settings, beginning }: Job,
  model: TextModel,
  { out, metrics, training }: { out: string; metrics: Result | null; training?: TextTraining },
): Promise<void> {
  await saveTextCheckpoint(out, model, {
    types: embedOntology(model, ontology),
    metrics,
    made: {
      command: `deno task text --preset ${settings.preset} --seed ${settings.seed}`,
      ontology: { version: ontology.version, source: ontology.source, licence: "CC BY 4.0" },
      ...settings,
      ...beginning.facts,
      training,
      versions: versions(),
    },
  });
  model.dispose();
  console.log(`Written: ${out}`);
}

function resultOf(
  { ontology, settings }: Job,
  { trial, sha256, started, backend }: {
    trial: Trial;
    sha256: string | null;
    started: number;
    backend: string;
  },
): Result {
  const { scores, baselines, terms, heldOut } = trial;
  return {
    task: "text",
    set: ontology.source.replace(/\.obo(\.gz)?$/, "").replaceAll(/[^A-Za-z0-9_.+-]+/g, "-"),
    split: `${heldOut} of ${terms} terms held out at random`,
    repeats: 1,
    preset: settings.preset,
    seed: settings.seed,
    backend,
    data: { real: true, cells: 0, genes: 0, sha256, terms, held_out: heldOut, ontology: ontology.version },
    metrics: scores,
    sd: {},
    baselines,
    published: {},
    seconds: (performance.now() - started) / 1000,
    cells_per_second: null,
    peak_mb: peakMemoryMb(),
    versions: versions(),
  };
}

const sha256 = (path: string | null): string | null =>
  path && createHash("sha256").update(Deno.readFileSync(path)).digest("hex");

function scoreTable({ scores, baselines, heldOut }: Trial): string {
  const columns = Object.keys(scores);
  const rows = Object.entries({ kcellfm: scores, ...baselines })
    .map(([method, of]) => [method, ...columns.map((name) => of[name].toFixed(3))]);
  return terminalTable({ title: `${heldOut} held-out terms`, columns: ["method", ...columns], rows });
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
