import { fileError, KcellfmError } from "./errors.ts";
import { bytesOf, removeIfThere, statOrNull } from "./files.ts";
import { host } from "./host/mod.ts";
import { cacheDir, dirname, join, relative, resultsDir } from "./paths.ts";

/** A name beside `path` that no reader takes for the finished file. */
export function temporaryPath(path: string): string {
  return `${path}.${crypto.randomUUID().slice(0, 13)}.tmp`;
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
    host.files.flush(temporary);
    host.files.rename(temporary, path);
    host.files.flush(dirname(path));
  } catch (error) {
    removeIfThere(temporary);
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
    host.files.makeFolder(temporary);
    await write(temporary);
    flushTree(temporary);
    if (statOrNull(path)) host.files.rename(path, old);
    host.files.rename(temporary, path);
    host.files.flush(dirname(path));
    removeIfThere(old);
  } catch (error) {
    removeIfThere(temporary);
    throw writeProblem(path, error);
  }
}

/** Flushes every file below a folder, which is about to count as whole. */
export function flushTree(folder: string): void {
  for (const name of host.files.list(folder)) {
    const path = join(folder, name);
    if (host.files.stat(path)?.isDirectory) flushTree(path);
    else host.files.flush(path);
  }
  host.files.flush(folder);
}

/**
 * Makes a folder, and those above it that are missing.
 *
 * @throws {KcellfmError} tag "file", when the file system refuses.
 */
export function makeFolder(path: string): void {
  try {
    host.files.makeFolder(path);
  } catch (error) {
    throw writeProblem(path, error);
  }
}

/** A refusal of the file system as one line that says what to do; other errors unchanged. */
export function writeProblem(path: string, error: unknown): unknown {
  if (error instanceof KcellfmError || !(error instanceof Error)) return error;
  const code = "code" in error ? error.code : undefined;
  const refusal = REFUSALS.find(({ codes, words }) =>
    codes.some((it) => it === code) || words.test(error.message)
  );
  if (!refusal) return error;
  return fileError(`Cannot write ${path}: ${refusal.problem}${otherPlace(path)}`, error);
}

/** Advice for writing elsewhere: each of our own folders is named by a variable. */
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
  return writeAtomically(path, (temporary) => host.files.write(temporary, bytesOf(content)));
}

/** Fails with one clear line when the folder that should hold `path` is missing. */
export function requireFolder(path: string): void {
  const folder = dirname(path);
  const stat = statOrNull(folder);
  if (!stat?.isDirectory) {
    throw fileError(`Cannot write ${path}: the folder ${folder} does not exist; create it first`);
  }
}
