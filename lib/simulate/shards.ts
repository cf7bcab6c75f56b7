import { Frame } from "../matrix/mod.ts";
import type { Ontology } from "../ontology/mod.ts";
import {
  createRng,
  dataError,
  join,
  makeFolder,
  readTextOrNull,
  statOrNull,
  writeFileAtomically,
} from "../runtime/mod.ts";
import { simulateAtlas } from "./atlas.ts";
import type { AtlasOptions, SimulatedAtlas } from "./types.ts";
import { writeAtlas } from "./write.ts";

/** Size of a sharded atlas; donors and batches are those of one shard, and every shard has its own. */
export interface ShardedAtlasOptions extends Omit<AtlasOptions, "cells" | "sample" | "name" | "markers"> {
  /** Cells of all shards together. */
  readonly cells: number;
  /** Cells a shard at most; default 50,000. */
  readonly shardCells?: number;
  readonly seed: number;
}

/** Progress callback and abort signal for the writing of shards. */
export interface WriteShardsOptions {
  /** Called with the cells that are on disk, those of finished shards included. */
  readonly onProgress?: (cells: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** A shard that was or is to be written. */
interface Shard {
  readonly path: string;
  readonly sample: string;
  readonly cells: number;
}

const MANIFEST = "atlas.json";
const SHARD_CELLS = 50_000;

/**
 * Writes a simulated atlas as `shard_000.h5ad`, `shard_001.h5ad`, ... (raw counts, CSR, gzip) of one biology, each
 * shard with donors and batches of its own. Cells are drawn some hundred at a time and a shard appears whole or not at all, so
 * that a run which was stopped continues after the last finished shard and ends with the same cells.
 *
 * @returns the paths in their order
 * @throws {KcellfmError} tag "data", when the folder holds an atlas of other options.
 */
export async function writeAtlasShards(
  folder: string,
  ontology: Ontology,
  options: ShardedAtlasOptions,
  { onProgress, signal }: WriteShardsOptions = {},
): Promise<string[]> {
  await makeFolder(folder);
  await claimFolder(folder, { ...options, ontology: `${ontology.source} ${ontology.version}` });
  const shards = planShards(folder, options);
  let written = 0;
  for (const { path, sample, cells } of shards) {
    if (statOrNull(path) === null) {
      const atlas = shardAtlas(ontology, { ...options, cells }, sample);
      const provenance = { seed: options.seed, sample, ontology: ontology.version };
      await writeAtlas(path, atlas, {
        provenance,
        signal,
        onProgress: (rows) => onProgress?.(written + rows),
      });
    }
    written += cells;
    await onProgress?.(written);
  }
  return shards.map(({ path }) => path);
}

/**
 * Cells of the biology of {@linkcode writeAtlasShards} under the same options, from donors and batches that no shard has:
 * what a model of the atlas can be trained on.
 */
export const atlasSample = (
  ontology: Ontology,
  options: ShardedAtlasOptions,
  { sample, cells }: { sample: string; cells: number },
): SimulatedAtlas => shardAtlas(ontology, { ...options, cells }, sample);

function shardAtlas(ontology: Ontology, options: ShardedAtlasOptions, sample: string): SimulatedAtlas {
  const { seed, shardCells: _, ...atlasOptions } = options;
  const atlas = simulateAtlas(ontology, { ...atlasOptions, name: sample, sample }, createRng(seed));
  const obsNames = atlas.obsNames.map((name) => `${sample}_${name}`);
  return { ...atlas, obsNames, obs: new Frame(obsNames, atlas.obs) };
}

function planShards(folder: string, { cells, shardCells = SHARD_CELLS }: ShardedAtlasOptions): Shard[] {
  return Array.from({ length: Math.ceil(cells / shardCells) }, (_, i) => {
    const sample = `shard_${String(i).padStart(3, "0")}`;
    return {
      path: join(folder, `${sample}.h5ad`),
      sample,
      cells: Math.min(shardCells, cells - i * shardCells),
    };
  });
}

/** Notes in the folder what its shards are of, so that shards of two atlases are never taken for one. */
async function claimFolder(folder: string, described: Record<string, unknown>): Promise<void> {
  const path = join(folder, MANIFEST);
  const wanted = JSON.stringify(described, null, 1) + "\n";
  const found = readTextOrNull(path);
  if (found === null) return await writeFileAtomically(path, wanted);
  if (found === wanted) return;
  throw dataError(
    `Cannot write a simulated atlas to ${folder}: it holds another one (see its ${MANIFEST}); name another folder or ` +
      "delete it",
  );
}
