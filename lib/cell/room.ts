import * as tf from "../tensor/mod.ts";
import { bytesLeft } from "../kernels/mod.ts";
import { innerSize } from "../nn/mod.ts";
import { backendError } from "../runtime/mod.ts";
import type { CellConfig } from "./config.ts";

/** The load on the layers that learn: cells, tokens per cell with padding, layers. */
export interface TrainingLoad {
  readonly cells: number;
  readonly length: number;
  readonly layers: number;
}

/**
 * Bytes that the gradients of a batch need at their peak, beside the parameters and what belongs to each of them. The numbers of a
 * token are counted by width, inner width F and projection P as `layers (P + 2 F + 14 width) + 24 width`: what layers keep, and
 * what comes and goes around them, fitted to the heap of eight loads from nano to paper, which it meets within 8 %.
 */
export function trainingBytes(config: CellConfig, { cells, length, layers }: TrainingLoad): number {
  const { inner, heads } = innerSize(config);
  const projected = 2 * inner + 2 * config.stateDim + heads;
  const layer = projected + 2 * inner + 14 * config.width;
  return 4 * cells * length * (layers * layer + 24 * config.width);
}

/**
 * Fails before memory is taken for a batch that cannot be trained on.
 *
 * @throws {KcellfmError} tag "backend", which says what to lower to what.
 */
export function requireTrainingRoom(config: CellConfig, load: TrainingLoad): void {
  const left = bytesLeft();
  if (left === null) return;
  const room = left - tf.memory().numBytes * 2 / 3; // gradients, then clipped ones, beside parameters and two moments
  const needed = trainingBytes(config, load);
  if (needed <= room) return;
  const { cells, length } = load;
  const [fewer, shorter] = [cells, length].map((size) => Math.max(0, Math.floor(size * room / needed)));
  const gib = (bytes: number) => (Math.max(0, bytes) / 2 ** 30).toFixed(1);
  throw backendError(
    `Cannot train on ${cells} cells of ${length} tokens at once: it takes ${
      gib(needed)
    } GiB, WebAssembly has ${
      gib(room)
    } left; lower the batch size to ${fewer} or the length of cells to ${shorter}, or share batches among more workers`,
  );
}
