import { join } from "node:path";
import {
  type CellModel,
  type Embedder,
  loadCellCheckpoint,
  modelEmbedder,
  startEmbedWorkers,
} from "../../cell/mod.ts";
import { checkpointsDir } from "../../runtime/mod.ts";
import { usualWorkers } from "../../train/mod.ts";

/** A checkpoint of the repository, ready to annotate with all cores. */
export interface ShippedEmbedder {
  readonly model: CellModel;
  readonly embedder: Embedder;
  /** Ends its workers; without it a program does not end. */
  close(): void;
}

/** Opens a shipped checkpoint. */
export async function openShipped(name = "walkthrough"): Promise<ShippedEmbedder> {
  const model = await loadCellCheckpoint(join(checkpointsDir(), name));
  const workers = await startEmbedWorkers(model, { count: usualWorkers() });
  return { model, embedder: modelEmbedder(model, { workers }), close: () => workers?.close() };
}
