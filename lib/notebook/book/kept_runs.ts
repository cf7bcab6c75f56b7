import { basename, join } from "node:path";
import { z } from "zod";
import { writeFileAtomically } from "../../runtime/mod.ts";
import { readNotebook } from "../format.ts";
import type { NotebookRun } from "../runner/mod.ts";

const keptSchema = z.record(
  z.string(),
  z.object({ key: z.string(), seconds: z.number(), cellSeconds: z.array(z.number()) }),
);

/** Earlier successful runs of the chapters, by file name; kept beside the site. */
export type KeptRuns = z.infer<typeof keptSchema>;

const pathIn = (site: string): string => join(site, "assets/runs.json");

/** Reads the runs that a site's folder keeps; none if there are none or they cannot be read. */
export async function readKept(site: string): Promise<KeptRuns> {
  const text = await Deno.readTextFile(pathIn(site)).catch(() => "{}");
  try {
    return keptSchema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

export const writeKept = (site: string, kept: KeptRuns): Promise<void> =>
  writeFileAtomically(pathIn(site), JSON.stringify(kept, null, 1) + "\n");

/** The kept run of a notebook, with its outputs; null where nothing of that key is there. */
export async function keptRun(
  path: string,
  { site, kept, key }: { site: string; kept: KeptRuns; key: string },
): Promise<NotebookRun | null> {
  const name = basename(path);
  if (kept[name]?.key !== key) return null;
  const notebook = await readNotebook(join(site, name)).catch(() => null);
  const { seconds, cellSeconds } = kept[name];
  return notebook && { path, notebook, seconds, cellSeconds, failures: [] };
}
