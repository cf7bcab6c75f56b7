import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { writeFileAtomically, writeProblem } from "../../runtime/mod.ts";

const POLL_MS = 200;

/**
 * A download under way: the bytes so far at `path`, which survive a broken run so that the next can resume, and
 * beside them which version of which file they are.
 */
export interface Part {
  readonly path: string;
  readonly file: Deno.FsFile;
}

/**
 * Opens the part at `path` and waits until no other process works on it; the operating system lifts the lock of
 * a process that died.
 */
export async function openPart(path: string, signal?: AbortSignal): Promise<Part> {
  while (true) {
    const file = await Deno.open(path, { read: true, write: true, create: true }).catch((error) => {
      throw writeProblem(path, error);
    });
    try {
      while (!await file.tryLock(true)) await delay(POLL_MS, undefined, { signal });
      if (await isStillAt(path, file)) return { path, file };
    } catch (error) {
      file.close();
      throw error;
    }
    file.close(); // the process before us finished or dropped that file: it is no part any more
  }
}

async function isStillAt(path: string, file: Deno.FsFile): Promise<boolean> {
  const named = await Deno.stat(path).catch(() => null);
  return named !== null && named.ino === (await file.stat()).ino;
}

/** Removes the part and what is known of it, under its lock. */
export async function dropPart(part: Part): Promise<void> {
  await Deno.remove(originPath(part)).catch(() => {});
  await Deno.remove(part.path).catch(() => {});
}

const OriginSchema = z.object({ url: z.string(), validator: z.string() });
const originPath = (part: Part): string => `${part.path}.json`;

/** The validator (ETag or date) of the version of `url` that the part is a beginning of, or null when it is not known. */
export async function readValidator(part: Part, url: string): Promise<string | null> {
  try {
    const origin = OriginSchema.parse(JSON.parse(await Deno.readTextFile(originPath(part))));
    return origin.url === url ? origin.validator : null;
  } catch {
    return null; // without it the download starts over, which is always right
  }
}

/** Records which version of `url` the part holds; forgets it when the server names none. */
export async function writeValidator(part: Part, url: string, validator: string | null): Promise<void> {
  if (validator === null) return await Deno.remove(originPath(part)).catch(() => {});
  await writeFileAtomically(originPath(part), JSON.stringify({ url, validator }));
}
