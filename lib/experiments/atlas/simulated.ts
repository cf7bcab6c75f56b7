import { join } from "node:path";
import { type ShardedAtlasOptions, writeAtlasShards, type WriteShardsOptions } from "../../simulate/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { cacheDir } from "../../runtime/mod.ts";

/** How large a simulated atlas is; see {@linkcode SIMULATED_ATLAS} for the rest. */
export interface SimulatedSize {
  readonly cells: number;
  readonly seed: number;
  /** Cells a shard at most; default 50,000. */
  readonly shardCells?: number;
  /** Default 164, the number of types of scTab's atlas. */
  readonly types?: number;
}

/**
 * What simulated atlases are like: about 350 genes seen in a cell, the rarest type a thirteenth as frequent as the
 * commonest, eight donors in two batches in each shard.
 */
export const SIMULATED_ATLAS = { types: 164, genes: 2000, donors: 8, batches: 2, rarity: 0.5 } as const;

/** The atlas of a size as the simulator takes it. */
export const simulatedOptions = (
  { cells, seed, shardCells = 50_000, types = SIMULATED_ATLAS.types }: SimulatedSize,
): ShardedAtlasOptions => ({ ...SIMULATED_ATLAS, types, cells, shardCells, seed });

/** Where the shards of a size are kept: `data/cache/atlas/simulated-<cells>-<types>-<seed>`. */
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
