import { z } from "zod";
import { encodeSafetensors, readSafetensors, type StoredTensor } from "../data/tensors/mod.ts";
import {
  bytesOf,
  host,
  join,
  makeFolder,
  modelError,
  parseJson,
  statOrNull,
  writeFileAtomically,
  writeProblem,
} from "../runtime/mod.ts";
import type { LogEntry } from "./types.ts";

const scores = z.record(z.string(), z.number());
const count = z.int().nonnegative();
const logEntry: z.ZodType<LogEntry> = z.object({
  epoch: count,
  step: count,
  kind: z.enum(["train", "validation"]),
  scores,
  learning_rate: z.number().optional(),
  seconds: z.number(),
});

const positionSchema = z.object({
  epoch: count,
  /** Batches of the epoch that are done. */
  batch: count,
  step: count,
  /** Sums of the training scores since the last log line, and how many batches they hold. */
  sums: scores,
  summed: count,
  best: scores,
  bestEpoch: z.int().min(-1),
  log: z.array(logEntry),
});

/** Position of a run, beside its tensors. All of it is plain data. */
export type Position = z.infer<typeof positionSchema>;

/** A run as it is saved: one file, so that it is always whole. */
export interface SavedRun {
  readonly position: Position;
  /** Parameters under `params/`, moments under `first/` and `second/`, the best epoch's parameters under `best/`. */
  readonly tensors: Map<string, StoredTensor>;
}

export const startPosition = (): Position => ({
  epoch: 0,
  batch: 0,
  step: 0,
  sums: {},
  summed: 0,
  best: {},
  bestEpoch: -1,
  log: [],
});

const statePath = (directory: string) => join(directory, "training.safetensors");
const logPath = (directory: string) => join(directory, "log.jsonl");

/** Writes the run's state; the file holds either the state before or this one. */
export async function saveRun(directory: string, run: SavedRun, fingerprint: string): Promise<void> {
  await makeFolder(directory);
  const metadata = { position: JSON.stringify(run.position), fingerprint };
  await writeFileAtomically(statePath(directory), encodeSafetensors(run.tensors, metadata));
}

/**
 * The state in a folder, or null when there is none. The log is cut back to that state.
 *
 * @throws {KcellfmError} tag "model", when the state is damaged or belongs to a run of other settings.
 */
export async function readRun(directory: string, fingerprint: string): Promise<SavedRun | null> {
  const path = statePath(directory);
  if (!statOrNull(path)?.isFile) return null;
  const { tensors, metadata } = readSafetensors(path);
  if (metadata.fingerprint !== fingerprint) {
    throw modelError(
      `Cannot resume from ${path}: it was written by a run of other settings; choose another folder or delete it`,
    );
  }
  const position = positionSchema.safeParse(parseJson(metadata.position ?? "", path));
  if (!position.success) {
    throw modelError(`Cannot resume from ${path}: it is damaged; delete it to start anew`);
  }
  const lines = position.data.log.map((entry) => JSON.stringify(entry) + "\n");
  await writeFileAtomically(logPath(directory), lines.join(""));
  return { position: position.data, tensors };
}

/** Adds a line to the run's log. */
export function appendLog(directory: string, entry: LogEntry): void {
  makeFolder(directory);
  const path = logPath(directory);
  try {
    host.files.append(path, bytesOf(JSON.stringify(entry) + "\n"));
  } catch (error) {
    throw writeProblem(path, error);
  }
}

/** The tensors whose names start with `prefix/`, without it. */
export function withPrefix<T>(tensors: ReadonlyMap<string, T>, prefix: string): Map<string, T> {
  const start = `${prefix}/`;
  return new Map(
    [...tensors].filter(([name]) => name.startsWith(start)).map(([n, t]) => [n.slice(start.length), t]),
  );
}

/** The same tensors under names that start with `prefix/`. */
export function addPrefix<T>(tensors: ReadonlyMap<string, T>, prefix: string): Map<string, T> {
  return new Map([...tensors].map(([name, tensor]) => [`${prefix}/${name}`, tensor]));
}
