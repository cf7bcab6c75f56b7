import { join, makeFolder, writeFileAtomically } from "../runtime/mod.ts";
import type { BatchPlace, Scores } from "./types.ts";

/** A batch whose loss is not finite: `place` restores its randomness. */
export interface BadBatch {
  readonly place: BatchPlace;
  readonly scores: Scores;
  readonly batch: unknown;
}

/** Keeps the batch in the run's folder as JSON, numbers that JSON lacks as texts; returns its path. */
export async function keepBadBatch(directory: string, bad: BadBatch): Promise<string> {
  await makeFolder(directory);
  const path = join(directory, "not_finite.json");
  await writeFileAtomically(path, JSON.stringify(bad, plain, 1) + "\n");
  return path;
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return value;
  return { array: value.constructor.name, values: Array.from(value as unknown as ArrayLike<number>) };
}
