import { dirname, join, relative } from "node:path";
import { fileError, KcellfmError } from "./errors.ts";
import { cacheDir, resultsDir } from "./paths.ts";

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

/**
 * Runs `write` on a new folder beside `path`, flushes its files to disk and renames it into place. A folder that lies there is
 * replaced, once the new one is whole; the new one is removed when `write` throws.
 *
 * @throws {KcellfmError} tag "file", when the folder above does not exist, or a file lies at `path`.
 */
export async function writeFolderAtomically(
  path: string,
  write: (temporary: string) => void | Promise<void>,
): Promise<void> {
  requireFolder(path);
  if (statOrNull(path)?.isFile) throw fileError(`Cannot write ${path}: a file lies there; name another`);
  const [temporary, old] = [temporaryPath(path), temporaryPath(path)];
  try {
    await Deno.mkdir(temporary);
    await write(temporary);
    await syncAll(temporary);
    if (statOrNull(path)) await Deno.rename(path, old);
    await Deno.rename(temporary, path);
    await syncFolder(dirname(path));
    await Deno.remove(old, { recursive: true }).catch(() => {});
  } catch (error) {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    throw writeProblem(path, error);
  }
}

async function syncAll(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await syncAll(join(folder, name));
    else await syncFile(join(folder, name));
  }
  await syncFolder(folder);
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

/**
 * Makes a folder, and those above it that are missing.
 *
 * @throws {KcellfmError} tag "file", when the file system refuses.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw writeProblem(path, error);
  }
}

/** What the file system refuses, as one line that says what to do; other errors as they are. */
export function writeProblem(path: string, error: unknown): unknown {
  if (error instanceof KcellfmError || !(error instanceof Error)) return error;
  const code = "code" in error ? error.code : undefined;
  const refusal = REFUSALS.find(({ codes, words }) =>
    codes.some((it) => it === code) || words.test(error.message)
  );
  if (!refusal) return error;
  return fileError(`Cannot write ${path}: ${refusal.problem}${otherPlace(path)}`, error);
}

/** How to write elsewhere: our own folders are named by a variable each. */
function otherPlace(path: string): string {
  const isIn = (folder: string) => !relative(folder, path).startsWith("..");
  if (isIn(cacheDir())) return "set KCELLFM_CACHE to another folder";
  if (isIn(resultsDir())) return "choose another folder, for all results by KCELLFM_RESULTS";
  return "choose another folder";
}

/** By the system's codes, or its words where a library passes on no more; what to do instead follows. */
const REFUSALS = [
  { codes: ["ENOSPC"], words: /no space left/i, problem: "the disk is full; free some space or " },
  {
    codes: ["EDQUOT"],
    words: /quota exceeded/i,
    problem: "your quota of disk space is used up; free some space or ",
  },
  {
    codes: ["EFBIG"],
    words: /file too large/i,
    problem: "files may not be so large here (by the disk's format or ulimit -f); raise that or ",
  },
  { codes: ["EROFS"], words: /read-only file system/i, problem: "the file system can only be read; " },
  {
    codes: ["EACCES", "EPERM"],
    words: /permission denied|operation not permitted/i,
    problem: "its folder may not be written to; ask who owns it or ",
  },
  { codes: ["EIO"], words: /input\/output error/i, problem: "the disk does not take it; " },
];

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
