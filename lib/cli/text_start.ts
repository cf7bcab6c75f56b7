import { basename } from "node:path";
import { fingerprint } from "../data/fetch/mod.ts";
import { readTextFile } from "../data/mod.ts";
import { openTensors } from "../data/tensors/mod.ts";
import { parseTriples, type RelationTriple } from "../ontology/mod.ts";
import { createRng, usageError } from "../runtime/mod.ts";
import type { TextStart } from "../experiments/text/mod.ts";
import {
  findWeights,
  isTuned,
  loadPretrained,
  type PretrainedFiles,
  TEXT_PRESETS,
  type TextModel,
  type TextPreset,
  type TextPresetName,
} from "../text/mod.ts";
import { createDownloadBar } from "./progress.ts";

/** What the command line says about where to start. */
export interface StartFlags {
  readonly weights?: string;
  readonly triples?: string;
  readonly signal: AbortSignal;
}

/** Where the runs of a command start. */
export interface Beginning {
  /** For messages, run folders and checkpoints: files with their sha256. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly files: PretrainedFiles | null;
  /** Whether the weights come with their projections, tuned by somebody before. */
  readonly tuned: boolean;
  readonly triples?: readonly RelationTriple[];
}

/**
 * Finds the weights and facts of a command, fetching what is missing.
 *
 * @throws {KcellfmError} tag "usage", when weights are given to a preset that starts from none.
 */
export async function findBeginning(name: TextPresetName, flags: StartFlags): Promise<Beginning> {
  const { pretrained }: TextPreset = TEXT_PRESETS[name];
  if (flags.weights && !pretrained) {
    throw usageError(`Cannot start preset ${name} from ${flags.weights}: --weights goes with --preset paper`);
  }
  const files = pretrained ? await fetchWeights(flags) : null;
  const triples = flags.triples ? readTriples(flags.triples) : undefined;
  const named = {
    ...(files ? { weights: files.weights } : {}),
    ...(triples ? { triples: flags.triples! } : {}),
  };
  return {
    files,
    triples,
    tuned: files !== null && await hasProjections(files),
    facts: await describeFiles(named),
  };
}

async function fetchWeights({ weights, signal }: StartFlags): Promise<PretrainedFiles> {
  const bar = createDownloadBar();
  return await findWeights(weights, { signal, onProgress: bar.update }).finally(bar.finish);
}

const hasProjections = async ({ weights }: PretrainedFiles): Promise<boolean> =>
  isTuned((await openTensors(weights)).tensors.keys());

function readTriples(path: string): readonly RelationTriple[] {
  const { triples, skipped } = parseTriples(readTextFile(path), path);
  console.error(
    `${path}: ${triples.length} triples` + (skipped ? `, ${skipped} lines without a relation skipped` : ""),
  );
  return triples;
}

async function describeFiles(files: Record<string, string>): Promise<Record<string, unknown>> {
  const facts: Record<string, unknown> = {};
  for (const [what, path] of Object.entries(files)) {
    facts[what] = { file: basename(path), sha256: (await fingerprint(path)).sha256 };
  }
  return facts;
}

/** The encoder that the beginning's weights hold; the caller disposes it. */
export async function loadBeginning(
  files: PretrainedFiles,
  { preset, seed }: { preset: TextPresetName; seed: number },
): Promise<TextModel> {
  const rng = createRng(seed).split("text model");
  return (await loadPretrained(files, { preset: TEXT_PRESETS[preset], rng })).model;
}

/** A start of one run's own. */
export async function freshStart(
  { files, triples }: Beginning,
  settings: { preset: TextPresetName; seed: number },
): Promise<TextStart> {
  return { triples, model: files ? await loadBeginning(files, settings) : undefined };
}
