import { z } from "zod";
import { requireFolder, temporaryPath, writeProblem } from "./atomic.ts";
import { fileError } from "./errors.ts";
import { bytesOf, readText, removeIfThere, statOrNull } from "./files.ts";
import { host } from "./host/mod.ts";
import { parseJson } from "./json.ts";
import { basename, join } from "./paths.ts";

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
export function writeTogether(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): void {
  const staged: Record<string, string> = {};
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      requireFolder(path);
      const temporary = temporaryPath(path);
      staged[basename(temporary)] = name;
      host.files.write(temporary, bytesOf(content));
      host.files.flush(temporary);
    }
    commit(folder, staged);
  } catch (error) {
    for (const name of Object.keys(staged)) removeIfThere(join(folder, name));
    throw writeProblem(folder, error);
  }
}

/** All in one go, since waiting under the lock would let another call of this process wait for the lock for ever. */
function commit(folder: string, staged: Readonly<Record<string, string>>): void {
  using _ = host.files.lockFolder(folder);
  finishRenames(folder);
  const path = join(folder, JOURNAL);
  const temporary = temporaryPath(path);
  host.files.write(temporary, bytesOf(JSON.stringify(staged)));
  host.files.flush(temporary);
  host.files.rename(temporary, path);
  host.files.flush(folder);
  finishRenames(folder);
}

/**
 * Ends a {@linkcode writeTogether} that was killed between two renames; does nothing if there is none.
 *
 * @throws {KcellfmError} tag "file", when the folder cannot be written to or its journal is not one of ours.
 */
export function finishTogether(folder: string): void {
  if (statOrNull(join(folder, JOURNAL)) === null) return;
  using _ = host.files.lockFolder(folder);
  finishRenames(folder);
}

function finishRenames(folder: string): void {
  const path = join(folder, JOURNAL);
  if (statOrNull(path) === null) return;
  const journal = journalSchema.safeParse(parseJson(readText(path), path));
  if (!journal.success) throw fileError(`Cannot use ${folder}: its ${JOURNAL} is not one of ours; delete it`);
  try {
    for (const [temporary, name] of Object.entries(journal.data)) {
      const from = join(folder, temporary);
      if (statOrNull(from)) host.files.rename(from, join(folder, name));
    }
    host.files.flush(folder);
    host.files.remove(path);
  } catch (error) {
    throw writeProblem(folder, error);
  }
}
