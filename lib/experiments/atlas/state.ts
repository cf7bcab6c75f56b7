import { join } from "node:path";
import { z } from "zod";
import { parseJson, statOrNull, usageError, writeFileAtomically } from "../../runtime/mod.ts";

/** Facts of a shard, collected while its cells were named. */
const shardFactsSchema = z.object({
  cells: z.int(),
  /** Cells with a label of their own. */
  labelled: z.int(),
  genes: z.int(),
  /** False for shards that our simulator wrote. */
  real: z.boolean(),
  /** From opening the shard to its part on disk. */
  seconds: z.number(),
  /** Of these, reading: opening the file, fetching and inflating rows. */
  reading_seconds: z.number(),
  /** Resident memory of the process when the shard was done, and the highest so far, whatever it was for. */
  rss_mb: z.number(),
  peak_mb: z.number(),
});

const stateSchema = z.object({
  /** Everything that the names depend on; a run resumes only with the same. */
  made_by: z.object({ model: z.string(), by: z.string(), ontology: z.string() }),
  /** Finished shards by name, with their size in bytes when they were read. */
  done: z.record(z.string(), shardFactsSchema.extend({ bytes: z.int() })),
});

export type ShardFacts = z.infer<typeof shardFactsSchema>;
export type AtlasState = z.infer<typeof stateSchema>;

const FILE = "state.json";

/** Path of the names of a shard's cells. */
export const partPath = (folder: string, shard: string): string => join(folder, `${shard}.tsv.gz`);

/**
 * The finished work in a folder: nothing, or the finished shards of an earlier run of the same model.
 *
 * @throws {KcellfmError} tag "usage", when the folder holds the names of another model.
 */
export async function readState(folder: string, madeBy: AtlasState["made_by"]): Promise<AtlasState> {
  const path = join(folder, FILE);
  if (statOrNull(path) === null) return { made_by: madeBy, done: {} };
  const found = stateSchema.safeParse(parseJson(await Deno.readTextFile(path), path));
  if (found.success && JSON.stringify(found.data.made_by) === JSON.stringify(madeBy)) return found.data;
  throw usageError(
    `Cannot go on in ${folder}: its names were begun with another model, rule or ontology (see its ${FILE}); give another ` +
      "folder or delete it",
  );
}

/** Notes a finished shard. */
export async function noteShard(
  folder: string,
  state: AtlasState,
  { name, ...facts }: AtlasState["done"][string] & { name: string },
): Promise<AtlasState> {
  const next = { ...state, done: { ...state.done, [name]: facts } };
  await writeFileAtomically(join(folder, FILE), JSON.stringify(next, null, 1) + "\n");
  return next;
}

/** True if a shard needs no more work: it is noted, as large as it was, and its part is there. */
export function isDone(
  folder: string,
  { done }: AtlasState,
  { name, path }: { name: string; path: string },
): boolean {
  const noted = Object.hasOwn(done, name) ? done[name] : undefined;
  return noted !== undefined && noted.bytes === statOrNull(path)?.size &&
    statOrNull(partPath(folder, name)) !== null;
}
