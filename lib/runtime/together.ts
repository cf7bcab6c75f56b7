import { basename, join } from "node:path";
import { z } from "zod";
import { bytesOf, requireFolder, statOrNull, syncFile, temporaryPath, writeProblem } from "./atomic.ts";
import { fileError } from "./errors.ts";
import { parseJson } from "./json.ts";

/** Says which temporary files take which names. They are whole on the disk: once this is there, they count as written. */
const JOURNAL = "pending.json";

const plainName = z.string().regex(/^\w[\w.-]*$/); // no folder, no control character
const journalSchema = z.record(plainName.endsWith(".tmp"), plainName);

/**
 * Writes files that belong together: a run that is killed at any moment, or loses its power, leaves all of the old ones or all of
 * the new. Readers call {@linkcode finishTogether} first, which makes good renames that were cut off.
 *
 * @throws {KcellfmError} tag "file", when the folder is missing or cannot be written to; the old files stay.
 */
export async function writeTogether(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const staged: Record<string, string> = {};
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      requireFolder(path);
      const temporary = temporaryPath(path);
      staged[basename(temporary)] = name;
      await Deno.writeFile(temporary, bytesOf(content));
      await syncFile(temporary);
    }
    commit(folder, staged);
  } catch (error) {
    const left = Object.keys(staged).map((name) => Deno.remove(join(folder, name)).catch(() => {}));
    await Promise.all(left);
    throw writeProblem(folder, error);
  }
}

/** All in one go, since waiting under the lock would let another call of this process wait for the lock for ever. */
function commit(folder: string, staged: Readonly<Record<string, string>>): void {
  using _ = lockFolder(folder);
  finishRenames(folder);
  const path = join(folder, JOURNAL);
  const temporary = temporaryPath(path);
  Deno.writeTextFileSync(temporary, JSON.stringify(staged));
  syncSync(temporary);
  Deno.renameSync(temporary, path);
  syncSync(folder);
  finishRenames(folder);
}

/**
 * Ends a {@linkcode writeTogether} that was killed between two renames; does nothing where there is none.
 *
 * @throws {KcellfmError} tag "file", when the folder cannot be written to or its journal is not one of ours.
 */
export function finishTogether(folder: string): void {
  if (statOrNull(join(folder, JOURNAL)) === null) return;
  using _ = lockFolder(folder);
  finishRenames(folder);
}

function finishRenames(folder: string): void {
  const path = join(folder, JOURNAL);
  if (statOrNull(path) === null) return;
  const journal = journalSchema.safeParse(parseJson(Deno.readTextFileSync(path), path));
  if (!journal.success) throw fileError(`Cannot use ${folder}: its ${JOURNAL} is not one of ours; delete it`);
  try {
    for (const [temporary, name] of Object.entries(journal.data)) {
      if (statOrNull(join(folder, temporary))) Deno.renameSync(join(folder, temporary), join(folder, name));
    }
    syncSync(folder);
    Deno.removeSync(path);
  } catch (error) {
    throw writeProblem(folder, error);
  }
}

/** Flushes a file, or the names in a folder, to the disk; Windows has no such call for folders. */
function syncSync(path: string): void {
  const isFolder = Deno.statSync(path).isDirectory;
  if (isFolder && Deno.build.os === "windows") return;
  using file = Deno.openSync(path, { read: true, write: !isFolder });
  file.syncSync();
}

/** Keeps other processes from renaming in a folder until it is disposed; the system lifts it when a process dies. */
function lockFolder(path: string): Disposable {
  const nothing = { [Symbol.dispose]: () => {} };
  if (Deno.build.os === "windows") return nothing;
  const folder = Deno.openSync(path);
  try {
    folder.lockSync(true);
    return folder;
  } catch { // some network file systems lock no folders: then who renames last has it
    folder.close();
    return nothing;
  }
}
