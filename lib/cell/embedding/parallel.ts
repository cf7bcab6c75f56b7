import {
  type CellBlock,
  type CellEmbeddings,
  type CellEncoder,
  type CellModel,
  encodeMatrix,
  fileCentre,
  readBlocks,
} from "../model.ts";
import type { ModelCells } from "../../genes/mod.ts";
import { rowLengths } from "../../matrix/mod.ts";
import { mapShared, startWorkers, type Workers } from "../../train/mod.ts";

/** Plain data from which a worker builds its copy of the encoder. */
export interface EncoderSetup extends Omit<CellEncoder, "params"> {
  readonly genes: number;
  readonly classes: number;
}

/** Starts workers that share the embedding of cells by `model`; null when `count` is 1. Close them. */
export async function startEmbedWorkers(
  { config, params, informativeness, vocabulary, classes }: CellModel,
  { count }: { count: number },
): Promise<Workers | null> {
  if (count === 1) return null;
  const sizes = { genes: vocabulary.symbols.length, classes: classes.length };
  const setup: EncoderSetup = { config, informativeness, ...sizes };
  const entry = "lib/cell/embedding/worker.ts";
  return await startWorkers({ entry, setup, count, params, trainable: () => false });
}

/**
 * Embeds all cells of a file as `embedCells` does, in the same order and the same batches, one block of cells a worker
 * at a time: at most `workers.count` blocks are in memory.
 */
export function embedCellsShared(
  model: CellEncoder,
  cells: ModelCells,
  { workers, signal }: { workers: Workers; signal?: AbortSignal },
): AsyncGenerator<CellEmbeddings> {
  const own = (block: CellBlock) => embedBlock(model, block);
  return mapShared(readBlocks(cells, { signal, centre: fileCentre(model, cells) }), {
    workers,
    job: "embed",
    own,
  });
}

/** The embeddings of one block. */
export const embedBlock = (model: CellEncoder, { start, block }: CellBlock): CellEmbeddings => ({
  start,
  ...encodeMatrix(model, block),
  genes: rowLengths(block),
});
