import { type FileFacts, host } from "./host/mod.ts";

/** The text of a file. @throws {Error} when the system refuses. */
export const readText = (path: string): string => new TextDecoder().decode(host.files.read(path));

/** The text of a file that need not be there. */
export function readTextOrNull(path: string): string | null {
  try {
    return readText(path);
  } catch {
    return null;
  }
}

/** Facts of the file at `path`, or null. @throws {Deno.errors.NotCapable} if the task may not look, which is another matter. */
export function statOrNull(path: string): FileFacts | null {
  try {
    return host.files.stat(path);
  } catch (error) {
    if (error instanceof Error && error.name === "NotCapable") throw error;
    return null;
  }
}

export const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

/** Removes what is at `path`, if it can. */
export function removeIfThere(path: string): void {
  try {
    host.files.remove(path);
  } catch {
    // its name shows what is left
  }
}
