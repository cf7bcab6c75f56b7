import { createHash } from "node:crypto";
import { join } from "node:path";
import { findDataset } from "../data/mod.ts";
import { writeResult } from "../metrics/mod.ts";
import { liveTerms, loadOntology, type Ontology } from "../ontology/mod.ts";
import { peakMemoryMb, resultsDir, startBackend, usageError, versions } from "../runtime/mod.ts";
import { evaluateText, type TextEvaluation, type TextOptions, trainText } from "../tasks/text.ts";
import { embedOntology, saveTextCheckpoint, TEXT_PRESETS, type TextPresetName } from "../text/mod.ts";
import { createCommand } from "./flags.ts";
import { createProgress } from "./progress.ts";
import { interruptSignal, runCommand } from "./run.ts";
import { terminalTable } from "./table.ts";

/** The release that is used when it is at hand. */
const RELEASE = "cl-simple-2026-03-26";

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
  .option("--evaluate-only", "no checkpoint: only the held-out scores")
  .action(async (options) => {
    const started = performance.now();
    const preset = requirePreset(options.preset);
    const backend = await startBackend(options.backend);
    const source = options.ontology ?? await findDataset(RELEASE);
    const ontology = await loadOntology(source);
    const run = { ontology, preset, seed: options.seed, signal: interruptSignal() };
    console.error(describe(ontology, preset));
    const evaluation = await evaluate(run, options.heldOut);
    const result = resultOf(evaluation, { ...run, backend: backend.name, sha256: sha256(source), started });
    const path = await writeResult(result);
    console.log(scoreTable(evaluation));
    console.log(`Written: ${path}`);
    if (options.evaluateOnly) return;
    const out = options.out ?? join(resultsDir(), `text-${preset}`);
    await makeCheckpoint(run, { out, metrics: result });
    console.log(`Written: ${out}`);
  });

interface Run {
  readonly ontology: Ontology;
  readonly preset: TextPresetName;
  readonly seed: number;
  readonly signal: AbortSignal;
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

function describe(ontology: Ontology, preset: TextPresetName): string {
  const terms = liveTerms(ontology);
  const definitions = terms.filter(({ definition }) => definition).length;
  return `Cell Ontology ${ontology.version} (${ontology.source}): ${terms.length} terms, ${definitions} definitions; ` +
    `preset ${preset} ${JSON.stringify(TEXT_PRESETS[preset])}`;
}

/** The folder that keeps a stopped run; its name changes with everything that the run depends on. */
function runDirectory({ ontology, preset, seed }: Run, what: string): string {
  const settings = JSON.stringify([TEXT_PRESETS[preset], ontology.source, ontology.version, seed]);
  const key = createHash("sha256").update(settings).digest("hex").slice(0, 8);
  return join(resultsDir(), "runs", `text-${preset}-${what}-${key}`);
}

/** Runs `work` in its own folder, which is kept when it is stopped and removed when it is done. */
async function resumably<T extends { training: { stopped: string } }>(
  run: Run,
  { what, work }: { what: string; work: (options: TextOptions) => Promise<T> },
): Promise<T> {
  const directory = runDirectory(run, what);
  let bar: ReturnType<typeof createProgress> | undefined;
  const onStep = (done: number, total: number, loss: number) => {
    bar ??= createProgress(`Training (${what})`, total);
    bar.update(done, `loss ${loss.toFixed(3)}`);
  };
  const done = await work({ preset: run.preset, seed: run.seed, signal: run.signal, directory, onStep });
  bar?.finish();
  if (done.training.stopped === "aborted") {
    throw new DOMException(`Stopped; the same command goes on from ${directory}`, "AbortError");
  }
  await Deno.remove(directory, { recursive: true });
  return done;
}

const evaluate = (run: Run, share: number): Promise<TextEvaluation> =>
  resumably(run, {
    what: `held-out-${share}`,
    work: (options) => evaluateText(run.ontology, { ...options, share }),
  });

async function makeCheckpoint(run: Run, { out, metrics }: { out: string; metrics: unknown }): Promise<void> {
  const { model } = await resumably(run, {
    what: "all-terms",
    work: (options) => trainText(run.ontology, options),
  });
  const { ontology, preset, seed } = run;
  await saveTextCheckpoint(out, model, {
    types: embedOntology(model, ontology),
    metrics,
    made: {
      command: `deno task text --preset ${preset} --seed ${seed}`,
      ontology: { version: ontology.version, source: ontology.source, licence: "CC BY 4.0" },
      preset,
      settings: TEXT_PRESETS[preset],
      seed,
      versions: versions(),
    },
  });
  model.dispose();
}

function resultOf(
  evaluation: TextEvaluation,
  { ontology, preset, seed, backend, sha256, started }: Run & {
    backend: string;
    sha256: string | null;
    started: number;
  },
) {
  const { scores, baselines, terms, heldOut } = evaluation;
  return {
    task: "text",
    set: ontology.source.replace(/\.obo(\.gz)?$/, "").replaceAll(/[^A-Za-z0-9_.+-]+/g, "-"),
    split: `${heldOut} of ${terms} terms held out at random`,
    repeats: 1,
    preset,
    seed,
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

function scoreTable({ scores, baselines, heldOut }: TextEvaluation): string {
  const columns = Object.keys(scores);
  const rows = Object.entries({ kcellfm: scores, ...baselines })
    .map(([method, of]) => [method, ...columns.map((name) => of[name].toFixed(3))]);
  return terminalTable({ title: `${heldOut} held-out terms`, columns: ["method", ...columns], rows });
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
