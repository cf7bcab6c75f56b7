import { basename } from "node:path";
import { type DownloadProgress, fileSha256 } from "../../data/fetch/mod.ts";
import { readTextFile } from "../../data/mod.ts";
import { openTensors } from "../../data/tensors/mod.ts";
import { parseTriples, type RelationTriple } from "../../ontology/mod.ts";
import { createRng, usageError } from "../../runtime/mod.ts";
import {
  findWeights,
  isTuned,
  loadPretrained,
  type PretrainedFiles,
  TEXT_PRESETS,
  type TextModel,
  type TextPreset,
  type TextPresetName,
} from "../../text/mod.ts";
import type { TextStart } from "./sets.ts";

/** Weights and facts to start from, by name, and how a download is followed. */
export interface StartChoice {
  /** A BERT or a tuned encoder: a folder, a file or hf:owner/name@revision. */
  readonly weights?: string;
  /** A file of facts, "head relation tail" a line. */
  readonly triples?: string;
  readonly signal: AbortSignal;
  readonly onDownload?: (progress: DownloadProgress) => void;
}

/** Common start of all runs of one call. */
export interface Beginning {
  /** For messages, run folders and checkpoints: files with their sha256. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly files: PretrainedFiles | null;
  /** True if the weights come with their projections, tuned by somebody before. */
  readonly tuned: boolean;
  readonly triples?: readonly RelationTriple[];
  /** Remarks on the files, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Finds weights and facts, fetching what is missing.
 *
 * @throws {KcellfmError} tag "usage", when weights are given to a preset that starts from none.
 */
export async function findBeginning(name: TextPresetName, choice: StartChoice): Promise<Beginning> {
  const { pretrained }: TextPreset = TEXT_PRESETS[name];
  const { weights, triples: path, signal, onDownload } = choice;
  if (weights && !pretrained) {
    throw usageError(`Cannot start preset ${name} from ${weights}: --weights goes with --preset paper`);
  }
  const files = pretrained ? await findWeights(weights, { signal, onProgress: onDownload }) : null;
  const read = path ? parseTriples(readTextFile(path), path) : null;
  const skipped = read?.skipped ? `, ${read.skipped} lines without a relation skipped` : "";
  return {
    files,
    triples: read?.triples,
    notes: read ? [`${path}: ${read.triples.length} triples${skipped}`] : [],
    tuned: files !== null && await hasProjections(files),
    facts: await describeFiles({ ...(files && { weights: files.weights }), ...(path && { triples: path }) }),
  };
}

const hasProjections = async ({ weights }: PretrainedFiles): Promise<boolean> =>
  isTuned((await openTensors(weights)).tensors.keys());

async function describeFiles(files: Record<string, string>): Promise<Record<string, unknown>> {
  const facts: Record<string, unknown> = {};
  for (const [what, path] of Object.entries(files)) {
    facts[what] = { file: basename(path), sha256: await fileSha256(path) };
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
