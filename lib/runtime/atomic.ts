import { dirname } from "node:path";
import { fileError } from "./errors.ts";

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
    const file = await Deno.open(temporary, { read: true, write: true });
    await file.syncData();
    file.close();
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** {@linkcode writeAtomically} for content that is already in memory. */
export function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return writeAtomically(path, (temporary) => Deno.writeFile(temporary, bytes));
}

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
