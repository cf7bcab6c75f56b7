import type { Example } from "../manifest.ts";
import type { GivenFile } from "../protocol.ts";

/** Fetches the example as if it had been dropped. */
export async function fetchExample(base: string, { path }: Example): Promise<GivenFile> {
  const response = await fetch(`${base}files/${path}`);
  if (!response.ok) throw new Error(`the server answers ${response.status} for the example`);
  return { path: path.split("/").pop() ?? path, blob: await response.blob() };
}
