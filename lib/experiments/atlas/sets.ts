import { globSync } from "node:fs";
import { basename, join } from "node:path";
import type { Ontology } from "../../ontology/mod.ts";
import { cacheDir, statOrNull, usageError } from "../../runtime/mod.ts";
import { type ShardedAtlasOptions, writeAtlasShards, type WriteShardsOptions } from "../../simulate/mod.ts";

/** One file of an atlas. */
export interface ShardFile {
  readonly path: string;
  /** Its name without folder and endings, which its part has too. */
  readonly name: string;
  readonly bytes: number;
}

/**
 * The shards that names stand for: files, folders (all .h5ad in them) and patterns such as `atlas/*.h5ad`, in the order of
 * their names within each.
 *
 * @throws {KcellfmError} tag "usage", when a name stands for nothing or two shards have one name.
 */
export function findShards(names: readonly string[]): ShardFile[] {
  const paths = names.flatMap((name) => {
    const found = expand(name);
    if (found.length > 0) return found.sort();
    throw usageError(`Cannot find shards: ${name} is no file, no folder with .h5ad files and matches none`);
  });
  const shards = paths.map((path) => ({
    path,
    name: basename(path).replace(/\.h5ad$/i, ""),
    bytes: statOrNull(path)?.size ?? 0,
  }));
  const twice = shards.find(({ name }, i) => shards.findIndex((other) => other.name === name) < i);
  if (!twice) return shards;
  throw usageError(
    `Cannot annotate two shards called ${twice.name}: their answers would have one name; rename one`,
  );
}

function expand(name: string): string[] {
  const stat = statOrNull(name);
  if (stat?.isDirectory) return globSync(join(name, "*.h5ad"));
  return stat ? [name] : globSync(name);
}

/** Size of a simulated atlas; see {@linkcode SIMULATED_ATLAS} for the rest. */
export interface SimulatedSize {
  readonly cells: number;
  readonly seed: number;
  /** Cells a shard at most; default 50,000. */
  readonly shardCells?: number;
  /** Default 164, the number of types of scTab's atlas. */
  readonly types?: number;
}

/**
 * Properties of simulated atlases: about 350 genes seen in a cell, the rarest type a thirteenth as frequent as the
 * commonest, eight donors in two batches in each shard.
 */
export const SIMULATED_ATLAS = { types: 164, genes: 2000, donors: 8, batches: 2, rarity: 0.5 } as const;

/** The atlas of a size as the simulator takes it. */
export const simulatedOptions = (
  { cells, seed, shardCells = 50_000, types = SIMULATED_ATLAS.types }: SimulatedSize,
): ShardedAtlasOptions => ({ ...SIMULATED_ATLAS, types, cells, shardCells, seed });

/** Folder of the shards of a size: `data/cache/atlas/simulated-<cells>-<types>-<seed>`. */
function simulatedFolder(size: SimulatedSize): string {
  const { cells, types, seed } = simulatedOptions(size);
  return join(cacheDir(), "atlas", `simulated-${cells}-${types}-${seed}`);
}

/** The shards of a simulated atlas, written where they are not yet; see {@linkcode writeAtlasShards}. */
export const simulatedShards = async (
  ontology: Ontology,
  size: SimulatedSize,
  options: WriteShardsOptions & { folder?: string } = {},
): Promise<string[]> =>
  await writeAtlasShards(options.folder ?? simulatedFolder(size), ontology, simulatedOptions(size), options);
