import { join } from "node:path";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { AS_PUBLISHED, type AsPublished, CELL_PRESETS, originalVocabulary } from "../cell/mod.ts";
import { openCells } from "../data/mod.ts";
import { engineLine, engineName } from "../kernels/mod.ts";
import { writeResult } from "../metrics/mod.ts";
import type { Ontology } from "../ontology/mod.ts";
import { checkpointsDir, createRng, resultsDir, startBackend, usageError, versions } from "../runtime/mod.ts";
import {
  bestOntology,
  bestVocabulary,
  type Experiment,
  pretrainingResult,
  realStudies,
  runPretraining,
  saveScores,
  saveTrained,
  simulatedStudy,
  type Sources,
  STUDIES,
  type Study,
  type StudyList,
  studyOf,
  type StudySource,
  trainingPreset,
} from "../experiments/pretrain/mod.ts";
import { loadTypeVectors } from "../text/mod.ts";
import { type LogEntry, usualWorkers } from "../train/mod.ts";
import { createCommand, integer, oneOf } from "./flags.ts";
import { createProgress, type ProgressBar } from "./progress.ts";
import { interruptSignal, runCommand } from "./run.ts";

/** `deno task pretrain`: cells with Cell Ontology labels in, a cell checkpoint out. */
export const command = createCommand(
  "pretrain",
  "Pretrains the cell model on labelled cells: masked expression, cell type and ranking against the ontology.",
  { out: "folder of the checkpoint (default: data/results/pretrain-<preset>)" },
)
  .argument("[files...]", "files of cells whose obs has cell_type_ontology_term_id (default: see --corpus)")
  .option(
    "--corpus <which>",
    "without files: the registry's training sets (real), a simulated atlas (simulated), or real if at hand (auto)",
    oneOf(["auto", "real", "simulated"]),
    "auto",
  )
  .option(
    "--studies <list>",
    "which real studies: all, or heldout (none that fine-tuning is scored on)",
    oneOf(["all", "heldout"]),
    "all",
  )
  .option("--without <sets>", "studies to leave out, split by commas", (text) => text.split(","), [])
  .option("--text <folder>", "checkpoint of the text encoder (default: checkpoints/text-walkthrough)")
  .option("--epochs <n>", "passes over the training cells", integer({ min: 1 }))
  .option("--batch <n>", "cells a batch", integer({ min: 2 }))
  .option("--rate <x>", "highest learning rate", Number)
  .option(
    "--workers <n>",
    "threads that share each batch, with the same result to rounding (default: one a core, at most 8)",
    integer({ min: 1 }),
  )
  .option(
    "--as-published <parts>",
    `do as the original did where we do otherwise: all, or some of ${
      Object.keys(AS_PUBLISHED).join(",")
    } (docs/PARITY.md)`,
    publishedParts,
  )
  .option("--cells <n>", "cells of the simulated atlas", integer({ min: 100 }), 4000)
  .option("--types <n>", "cell types of the simulated atlas", integer({ min: 2 }), 60)
  .action(async (files, options) => {
    const preset = trainingPreset(options.preset);
    const backend = await startBackend(options.backend);
    const workers = options.workers ?? usualWorkers();
    const ontology = await bestOntology();
    const vocabulary = preset === "paper" ? await originalVocabulary() : await bestVocabulary();
    const rng = createRng(options.seed).split("simulated");
    const simulate = () =>
      simulatedStudy(ontology, { vocabulary, cells: options.cells, types: options.types, rng });
    const { corpus: which, studies: list, without } = options;
    const sources = await findSources(files, { which, list, without, ontology, simulate });
    const out = options.out ?? join(resultsDir(), `pretrain-${preset}`);
    const types = loadTypeVectors(options.text ?? join(checkpointsDir(), "text-walkthrough"));
    console.error(
      `${describe(sources, ontology)}; preset ${preset} ${JSON.stringify(CELL_PRESETS[preset])}; ${
        engineLine(backend)
      }, workers ${workers}`,
    );
    const made = {
      command: `deno task pretrain ${Deno.args.join(" ")}`.trim(),
      preset,
      seed: options.seed,
      backend: engineName(backend),
      versions: versions(),
    };
    const experiment = await runPretraining(sources.studies, {
      preset,
      seed: options.seed,
      ontology,
      vocabulary,
      types,
      epochs: options.epochs,
      batchSize: options.batch,
      peak: options.rate,
      workers,
      asPublished: options.asPublished,
      directory: join(out, "training"),
      signal: interruptSignal(),
      ...progress(),
      onTrained: async (trained) => {
        await saveTrained(out, trained, made);
        console.error(`\nTrained and saved: ${out}; scores follow`);
      },
      onScoring: (what) => console.error(`scoring ${what}`),
    });
    const set = `${sources.real ? "real" : "simulated"}${options.asPublished ? "-as_published" : ""}`;
    await finish(experiment, { sources, set, out, preset, seed: options.seed, backend: engineName(backend) });
  });

function publishedParts(text: string): Partial<AsPublished> {
  if (text === "all") return AS_PUBLISHED;
  const parts = text.split(",");
  if (parts.every((part) => part in AS_PUBLISHED)) {
    return Object.fromEntries(parts.map((part) => [part, true]));
  }
  throw new InvalidArgumentError(`Expected all, or some of ${Object.keys(AS_PUBLISHED).join(",")}.`);
}

interface SourceChoice {
  readonly which: string;
  readonly list: StudyList;
  readonly without: readonly string[];
  readonly ontology: Ontology;
  readonly simulate: () => Study;
}

async function findSources(files: readonly string[], choice: SourceChoice): Promise<Sources> {
  if (files.length > 0) {
    if (choice.without.length > 0) {
      throw usageError("Cannot use --without with files: leave them out of the list");
    }
    return {
      real: true,
      studies: await Promise.all(files.map(async (file) => studyOf(await openCells(file)))),
    };
  }
  const { which, ontology, simulate } = choice;
  const studies = which === "simulated" ? [] : await realStudies(wantedStudies(choice), ontology);
  if (studies.length > 0) return { real: true, studies };
  if (which === "real") {
    throw usageError(
      "Cannot pretrain on real studies: none is in data/cache or KCELLFM_MIRROR; see `deno task data list`, or use --corpus simulated",
    );
  }
  return { real: false, studies: [simulate()] };
}

function wantedStudies({ list, without }: SourceChoice): readonly StudySource[] {
  const studies: readonly StudySource[] = STUDIES[list];
  const names = studies.map(({ name }) => name);
  const unknown = without.filter((name) => !names.includes(name));
  if (unknown.length === 0) return studies.filter(({ name }) => !without.includes(name));
  throw usageError(`Cannot leave out ${unknown.join(", ")}: the studies are ${names.join(", ")}`);
}

function describe({ real, studies }: Sources, ontology: Ontology): string {
  const cells = studies.map(({ name, source }) => `${name} (${source.nObs} x ${source.nVars})`).join(", ");
  return `${real ? "real" : "simulated"} cells: ${cells}; ontology ${ontology.source} ${ontology.version}`;
}

/** Progress on stderr: a bar over optimiser steps, and a line for each validation. */
function progress() {
  let bar: ProgressBar | null = null;
  const onLog = ({ kind, epoch, scores }: LogEntry) => {
    if (kind !== "validation") return;
    const parts = Object.entries(scores).map(([name, score]) => `${name} ${score.toFixed(4)}`);
    console.error(`\nepoch ${epoch + 1}: validation ${parts.join(", ")}`);
  };
  return {
    onStart: (steps: number) => {
      bar = createProgress("training", steps);
    },
    onStep: ({ step, loss }: { step: number; loss: number }) =>
      bar?.update(step, `, loss ${loss.toFixed(3)}`),
    onLog,
  };
}

async function finish(
  experiment: Experiment,
  { sources, set, out, preset, seed, backend }: {
    sources: Sources;
    /** Of the result file. */
    set: string;
    out: string;
    preset: string;
    seed: number;
    backend: string;
  },
): Promise<void> {
  await saveScores(out, experiment);
  const result = pretrainingResult(experiment, { set, real: sources.real, preset, seed, backend });
  const path = await writeResult(result);
  for (const { source } of sources.studies) source.close();
  const { stopped, steps } = experiment.training;
  console.log(`${stopped} after ${steps} steps; checkpoint ${out}; result ${path}`);
  console.log(JSON.stringify(experiment.scores.metrics, null, 1));
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
