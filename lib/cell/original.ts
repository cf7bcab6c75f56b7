import type { StoredTensor } from "../data/tensors/mod.ts";
import { matchNames } from "../nn/mod.ts";
import { modelError } from "../runtime/mod.ts";
import { CELL_PRESETS, parseCellConfig } from "./config.ts";
import { originalNames, originalShapes } from "./original_names.ts";
import { cellShapes, type ModelSizes } from "./shapes.ts";

/** A tensor of a checkpoint; its bytes are read when they are needed. */
export interface CheckpointTensor {
  readonly shape: readonly number[];
  read(): StoredTensor;
}

/** A checkpoint of the original under our names, and the sizes that its shapes tell. */
export interface OriginalWeights {
  readonly sizes: ModelSizes;
  readonly tensors: Map<string, StoredTensor>;
}

/**
 * The state dict of the original's cell model (ORIGINAL section 2) under our names. Sizes are read off the shapes, so that
 * smaller models of the same form load too; what no shape tells (chunk, dropout, reading) is the paper's.
 *
 * @throws {KcellfmError} tag "model", naming at once every missing, unexpected and mis-shaped tensor, or the tensors
 * that should be shared by both directions and are not.
 */
export function fromOriginal(
  given: ReadonlyMap<string, CheckpointTensor>,
  where: string,
): OriginalWeights {
  const stored = withoutWrapper(given);
  const sizes = originalSizes(stored, where);
  const shapes = cellShapes(sizes);
  const problems = matchNames(originalShapes(shapes), stored);
  if (problems.length > 0) {
    throw modelError(
      `Cannot load ${where} as the original's cell model: ${
        problems.join("; ")
      }; give its state dict as it was saved`,
    );
  }
  const tensors = new Map(
    [...shapes].map(([name, shape]) => [name, readShared(stored, { name, shape, where })]),
  );
  return { sizes, tensors };
}

/** PyTorch's DistributedDataParallel, which the original trains with, puts `module.` before every name. */
function withoutWrapper<T>(stored: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const prefix = "module.";
  if (![...stored.keys()].every((name) => name.startsWith(prefix))) return stored;
  return new Map([...stored].map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** The sizes that fit a checkpoint's shapes; the paper's where a tensor is missing. */
function originalSizes(stored: ReadonlyMap<string, CheckpointTensor>, where: string): ModelSizes {
  const paper = CELL_PRESETS.paper;
  const axis = (name: string, at: number, otherwise: number) => stored.get(name)?.shape[at] ?? otherwise;
  const mixer = "mamba_encoder.0.mamba_fwd";
  const width = axis("encoder.embedding.weight", 1, paper.width);
  const inner = axis(`${mixer}.norm.weight`, 0, paper.expand * width);
  const heads = axis(`${mixer}.dt_bias`, 0, inner / paper.headDim);
  const channels = axis(`${mixer}.conv1d.weight`, 0, inner + 2 * paper.stateDim);
  const config = {
    ...paper,
    width,
    layers: countLayers(stored) || paper.layers,
    expand: inner / width,
    headDim: inner / heads,
    stateDim: (channels - inner) / 2,
    convWidth: axis(`${mixer}.conv1d.weight`, 2, paper.convWidth),
  };
  return {
    config: parseCellConfig(config, `that the shapes of ${where} tell`),
    genes: axis("encoder.embedding.weight", 0, ORIGINAL_TOKENS) - 3,
    classes: axis("cls_decoder.out_layer.weight", 0, ORIGINAL_CLASSES),
  };
}

/** Tokens of the original's vocabulary, `<pad>`, `<cls>` and `<eoc>` included, and types of its classifier. */
export const ORIGINAL_TOKENS = 60_697;
export const ORIGINAL_CLASSES = 164;

function countLayers(stored: ReadonlyMap<string, CheckpointTensor>): number {
  const indices = [...stored.keys()].map((name) => Number(name.match(/^mamba_encoder\.(\d+)\./)?.[1] ?? -1));
  return Math.max(-1, ...indices) + 1;
}

/** One of our tensors; where the file has it under two names, both must say the same. */
function readShared(
  stored: ReadonlyMap<string, CheckpointTensor>,
  { name, shape, where }: { name: string; shape: readonly number[]; where: string },
): StoredTensor {
  const [first, second] = originalNames(name);
  const tensor = stored.get(first)!.read();
  const twin = second && stored.get(second)!.read().data;
  if (twin && tensor.data.some((value, i) => value !== twin[i])) {
    throw modelError(
      `Cannot load ${where}: ${first} and ${second} differ, but both directions of this model share one tensor`,
    );
  }
  return { ...tensor, shape };
}
