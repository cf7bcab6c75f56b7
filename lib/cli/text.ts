import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  ablationWeights,
  type Beginning,
  describeEstimate,
  estimateText,
  findBeginning,
  freshStart,
  loadBeginning,
  ontologyFile,
  prepareText,
  RELEASE,
  runTrials,
  textResult,
  type TextRun,
  type TextSettings,
  trainText,
  type TrialScores,
} from "../experiments/text/mod.ts";
import { engineLine, engineName } from "../kernels/mod.ts";
import { type Result, startRun, writeResult } from "../metrics/mod.ts";
import { liveTerms, loadOntology, type Ontology } from "../ontology/mod.ts";
import {
  makeFolder,
  requireFolder,
  resultsDir,
  sha256,
  startBackend,
  usageError,
  versions,
} from "../runtime/mod.ts";
import {
  embedOntology,
  saveTextCheckpoint,
  TEXT_PRESETS,
  type TextModel,
  type TextPresetName,
  type TextTraining,
} from "../text/mod.ts";
import { requireFinished } from "../train/mod.ts";
import { createCommand, integer } from "./flags.ts";
import { createDownloadBar, createProgress } from "./progress.ts";
import { interruptSignal, runCommand } from "./run.ts";
import { terminalTable } from "./table.ts";

/** `deno task text`: trains the text encoder, tries it on held-out terms, writes a checkpoint. */
export const command = createCommand(
  "text",
  "Trains the ontology text encoder and tries it on held-out terms.",
  { out: "folder of the checkpoint (default: data/results/text-PRESET)" },
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
    const finish = startRun();
    const out = await prepareOut(options);
    const backend = await startBackend(options.backend);
    const source = await ontologyFile(options.ontology);
    const preset = requirePreset(options.preset);
    const ablations = wantedAblations(preset, options);
    const settings = { preset, seed: options.seed, epochs: options.epochs };
    const signal = interruptSignal();
    const beginning = await downloading((onDownload) =>
      findBeginning(preset, { ...options, signal, onDownload })
    );
    beginning.notes.forEach((note) => console.error(note));
    const job: Job = { ontology: await loadOntology(source), settings, beginning, signal, directories: [] };
    console.error(`${describe(job)}; ${engineLine(backend)}`);
    if (beginning.tuned && !options.epochs) return await embedTuned(job, out);
    let metrics: Result | null = null;
    if (!options.checkpointOnly) {
      const train = (run: TextRun, what: string) => resumably(job, run, what);
      const trial = await runTrials(job.ontology, { ...job, share: options.heldOut, ablations, train });
      metrics = textResult(job.ontology, trial, {
        preset,
        seed: options.seed,
        backend: engineName(backend),
        sha256: source && await sha256(await Deno.readFile(source)),
        facts: finish(0),
      });
      console.log(scoreTable(trial));
      console.log(`Written: ${await writeResult(metrics)}`);
    }
    if (!options.evaluateOnly) await makeCheckpoint(job, { out, metrics });
    for (const directory of job.directories) await Deno.remove(directory, { recursive: true });
  });

/** The job of the command. */
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
function wantedAblations(
  preset: TextPresetName,
  { ablations, checkpointOnly }: { ablations?: boolean; checkpointOnly?: boolean },
): ReturnType<typeof ablationWeights> {
  if (!ablations) return {};
  if (!checkpointOnly) return ablationWeights(preset);
  throw usageError("Cannot run --ablations with --checkpoint-only: nothing is scored; drop one of them");
}

/** A bar for whatever `find` has to download. */
async function downloading<T>(
  find: (onDownload: ReturnType<typeof createDownloadBar>["update"]) => Promise<T>,
): Promise<T> {
  const bar = createDownloadBar();
  return await find(bar.update).finally(bar.finish);
}

function describe({ ontology, settings, beginning }: Job): string {
  const terms = liveTerms(ontology);
  const definitions = terms.filter(({ definition }) => definition).length;
  return `Cell Ontology ${ontology.version} (${ontology.source}): ${terms.length} terms, ${definitions} definitions; ` +
    `preset ${settings.preset} ${JSON.stringify({ ...TEXT_PRESETS[settings.preset], ...beginning.facts })}`;
}

/** The folder that keeps a stopped run; its name changes with everything that the run depends on. */
function runDirectory(job: Job, run: TextRun, what: string): string {
  const { ontology: { source, version }, settings, beginning: { facts } } = job;
  const fixed = JSON.stringify([run.model.config, run.training, source, version, settings, facts]);
  const key = createHash("sha256").update(fixed).digest("hex").slice(0, 8);
  return join(resultsDir(), "runs", `text-${settings.preset}-${what}-${key}`);
}

/** Trains in a folder of its own, from where an earlier call of the same command was stopped. */
async function resumably(job: Job, run: TextRun, what: string): Promise<void> {
  const directory = runDirectory(job, run, what);
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
  await resumably(job, run, "all-terms");
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

function scoreTable({ scores, baselines, heldOut }: TrialScores): string {
  const columns = Object.keys(scores);
  const rows = Object.entries({ kcellfm: scores, ...baselines })
    .map(([method, of]) => [method, ...columns.map((name) => of[name].toFixed(3))]);
  return terminalTable({ title: `${heldOut} held-out terms`, columns: ["method", ...columns], rows });
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
