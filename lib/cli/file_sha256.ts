import { fingerprint } from "../data/fetch/mod.ts";

/** The sha256 of a file in hex; null for a folder. */
export async function fileSha256(path: string): Promise<string | null> {
  return (await Deno.stat(path)).isFile ? (await fingerprint(path)).sha256 : null;
}
