import { dirname } from "node:path";
import { fileError, KcellfmError } from "./errors.ts";

/** A name beside `path` that no reader takes for the finished file. */
export function temporaryPath(path: string): string {
  return `${path}.${Deno.pid}-${crypto.randomUUID().slice(0, 8)}.tmp`;
}

/**
 * Runs `write` on a temporary name beside `path`, flushes it to disk and renames it into place, so that `path`
 * holds either the old content or the whole new one. The temporary file is removed when `write` throws.
 *
 * @throws {KcellfmError} tag "file", when the folder of `path` does not exist.
 */
export async function writeAtomically(
  path: string,
  write: (temporary: string) => void | Promise<void>,
): Promise<void> {
  requireFolder(path);
  const temporary = temporaryPath(path);
  try {
    await write(temporary);
    await syncFile(temporary);
    await Deno.rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw writeProblem(path, error);
  }
}

/** Flushes the content of a file to the disk. */
export async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  await file.syncData();
}

/** Flushes the names in a folder to the disk, so that a rename outlives a power cut; Windows has no such call. */
export async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path);
  await folder.sync();
}

/** What the file system refuses, as one line that says what to do; other errors as they are. */
export function writeProblem(path: string, error: unknown): unknown {
  if (error instanceof KcellfmError) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const advice = ADVICE[String(code)];
  return advice === undefined ? error : fileError(`Cannot write ${path}: ${advice}`, error);
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space or choose another folder",
  EDQUOT: "your quota of disk space is used up; free some space or choose another folder",
  EROFS: "the file system can only be read; choose another folder",
  EACCES: "its folder may not be written to; choose another folder or ask who owns it",
  EPERM: "its folder may not be written to; choose another folder or ask who owns it",
  EIO: "the disk does not take it; try another one",
};

/** {@linkcode writeAtomically} for content that is already in memory. */
export function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  return writeAtomically(path, (temporary) => Deno.writeFile(temporary, bytesOf(content)));
}

export const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

/** Fails with one clear line when the folder that should hold `path` is missing. */
export function requireFolder(path: string): void {
  const folder = dirname(path);
  const stat = statOrNull(folder);
  if (!stat?.isDirectory) {
    throw fileError(`Cannot write ${path}: the folder ${folder} does not exist; create it first`);
  }
}

/** What is at `path`, or null. */
export function statOrNull(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}
