import { type CellModel, modelEmbedder, startEmbedWorkers } from "../../cell/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { classifierNamer, type Namer, type NamingRule, textNamer } from "./namer.ts";
import { scoreParts } from "./parts.ts";
import type { ShardFile } from "./sets.ts";
import { type AtlasState, partPath } from "./state.ts";
import { annotateShards, type AtlasProgress } from "./stream.ts";
import type { Tally } from "./tally.ts";

/** Reports the current stage, its progress, and a note. */
export type OnStage = (stage: string, done: number, total: number, note?: string) => void;

/** Options of a run on any shards. */
export interface ShardRunOptions {
  readonly ontology: Ontology;
  /** Folder of the answers. */
  readonly folder: string;
  readonly by: NamingRule;
  readonly truthKey: string;
  readonly workers: number;
  readonly onStage?: OnStage;
  readonly signal?: AbortSignal;
}

/** Names in files and how they were made. */
export interface ShardRun {
  readonly shards: readonly ShardFile[];
  readonly state: AtlasState;
  /** The shards' own labels against the names; null where none has labels. */
  readonly tally: Tally | null;
}

/** Names the cells of shards by a model, and scores the names where shards have labels. */
export async function runShards(
  model: CellModel,
  shards: readonly ShardFile[],
  { ontology, folder, by, truthKey, workers: count, onStage, signal }: ShardRunOptions,
): Promise<ShardRun> {
  const workers = await startEmbedWorkers(model, { count });
  try {
    const embedder = modelEmbedder(model, { workers });
    const namer: Namer = by === "text" ? textNamer(embedder) : classifierNamer(model, embedder, ontology);
    const state = await annotateShards(shards, {
      embedder,
      namer,
      ontology,
      folder,
      truthKey,
      signal,
      onProgress: (progress) =>
        onStage?.("naming cells", Math.floor(1000 * progress.share), 1000, pace(progress)),
    });
    const labelled = Object.values(state.done).some((shard) => shard.labelled > 0);
    const parts = shards.map(({ name }) => partPath(folder, name));
    return { shards, state, tally: labelled ? await scoreParts(parts, ontology) : null };
  } finally {
    workers?.close();
  }
}

/** "51,200 cells, 1,480 a second, 310 s left, shard_003". */
function pace({ cells, seconds, share, ownShare, shard }: AtlasProgress): string {
  const rate = Math.round(cells / seconds).toLocaleString("en-US");
  const left = Math.ceil(seconds / ownShare * (1 - share));
  return `${cells.toLocaleString("en-US")} cells, ${rate} a second, ${left} s left, ${shard}`;
}
