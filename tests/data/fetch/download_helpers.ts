import type { FetchOptions } from "../../../lib/data/fetch/places.ts";
import { bytesOf } from "./download_server.ts";

export const CONTENT = bytesOf(200_000);

/** Runs `body` with an empty cache, no mirror and no patience, and removes the cache. */
export async function withCache(
  body: (options: FetchOptions & { cache: string }) => Promise<void>,
): Promise<void> {
  const cache = await Deno.makeTempDir();
  try {
    await body({ cache, mirror: "", backoffMs: 1, attempts: 3 });
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

export async function filesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) names.push(entry.name);
  return names.sort();
}
