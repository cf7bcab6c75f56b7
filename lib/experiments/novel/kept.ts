import { join } from "node:path";
import { makeFolder, writeFileAtomically } from "../../runtime/mod.ts";

/** Storage for finished parts of a long run until the whole is done, so that a stopped run can continue. */
export interface Keep {
  readonly folder: string;
  /** Settings that a part depends on; parts of other settings are recomputed. */
  readonly settings: unknown;
}

/** The part of that name if an earlier run with the same settings finished it, else what `make` makes, kept. */
export async function kept<T>(keep: Keep | undefined, name: string, make: () => Promise<T>): Promise<T> {
  if (!keep) return await make();
  const path = join(keep.folder, `${name.replaceAll(/[^A-Za-z0-9_.+-]/g, "_")}.json`);
  const settings = JSON.stringify(keep.settings);
  const before = await readPart<T>(path);
  if (before?.settings === settings) return before.part;
  const part = await make();
  await makeFolder(keep.folder);
  await writeFileAtomically(path, JSON.stringify({ settings, part }));
  return part;
}

async function readPart<T>(path: string): Promise<{ settings: string; part: T } | null> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch {
    return null; // not there, or not whole: made anew
  }
}
