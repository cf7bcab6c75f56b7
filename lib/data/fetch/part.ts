import { z } from "zod";
import {
  type ByteTarget,
  delay,
  host,
  readText,
  removeIfThere,
  writeFileAtomically,
  writeProblem,
} from "../../runtime/mod.ts";

const POLL_MS = 200;

/**
 * A download under way: the bytes so far at `path`, which survive a broken run so that the next can resume, and
 * beside them which version of which file they are.
 */
export interface Part {
  readonly path: string;
  readonly file: ByteTarget;
}

/**
 * Opens the part at `path` and waits until no other process works on it; the operating system lifts the lock of
 * a process that died.
 */
export async function openPart(path: string, signal?: AbortSignal): Promise<Part> {
  while (true) {
    const file = open(path);
    try {
      while (!file.tryLock()) await delay(POLL_MS, signal);
      if (file.isInPlace()) return { path, file };
    } catch (error) {
      file[Symbol.dispose]();
      throw error;
    }
    file[Symbol.dispose](); // the process before us finished or dropped that file: it is no part any more
  }
}

function open(path: string): ByteTarget {
  try {
    return host.files.change(path);
  } catch (error) {
    throw writeProblem(path, error);
  }
}

/** Removes the part and what is known of it, under its lock. */
export function dropPart(part: Part): void {
  removeIfThere(originPath(part));
  removeIfThere(part.path);
}

const OriginSchema = z.object({ url: z.string(), validator: z.string() });
const originPath = (part: Part): string => `${part.path}.json`;

/** The validator (ETag or date) of the version of `url` that the part is a beginning of, or null when it is not known. */
export function readValidator(part: Part, url: string): string | null {
  try {
    const origin = OriginSchema.parse(JSON.parse(readText(originPath(part))));
    return origin.url === url ? origin.validator : null;
  } catch {
    return null; // without it the download starts over, which is always right
  }
}

/** Records which version of `url` the part holds; forgets it when the server names none. */
export async function writeValidator(part: Part, url: string, validator: string | null): Promise<void> {
  if (validator === null) return removeIfThere(originPath(part));
  await writeFileAtomically(originPath(part), JSON.stringify({ url, validator }));
}
