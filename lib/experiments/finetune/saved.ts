import { join } from "node:path";
import {
  fuse,
  type Fusion,
  type LinearMap,
  type Prediction,
  predictLinear,
  toPrediction,
} from "../../baselines/mod.ts";
import { type CellModel, loadCellCheckpoint, readFeatures, saveCellCheckpoint } from "../../cell/mod.ts";
import { encodeSafetensors, readSafetensors, type StoredTensor } from "../../data/tensors/mod.ts";
import type { ModelCells } from "../../genes/mod.ts";
import { finishTogether, modelError } from "../../runtime/mod.ts";
import { encodeRows } from "./predict.ts";

/** All that names cells after tuning. */
export interface TunedModel {
  /** The encoder with its own head; owns its variables. */
  readonly model: CellModel;
  /** From log1p values of `genes` to the same classes. */
  readonly linear: LinearMap;
  readonly fusion: Fusion;
  /** Tokens of the genes that the linear path reads, ascending. */
  readonly genes: Int32Array;
}

/** Beside the files of the encoder's checkpoint. */
const HEAD = "head.safetensors";

/**
 * Writes a tuned model to a folder: the encoder's checkpoint, its linear path and how far each is trusted, which take their places
 * together with the files of `beside`.
 */
export async function saveTuned(
  folder: string,
  { model, linear, fusion, genes }: TunedModel,
  { made, beside }: { made: Record<string, unknown>; beside?: Readonly<Record<string, Uint8Array>> },
): Promise<void> {
  const width = model.classes.length;
  const column = (data: Float32Array): StoredTensor => ({ dtype: "F32", shape: [data.length], data });
  const tensors = new Map<string, StoredTensor>([
    ["genes", { dtype: "I32", shape: [genes.length], data: genes }],
    ["linear.weight", { dtype: "F32", shape: [genes.length, width], data: linear.weights }],
    ["linear.bias", column(linear.intercepts)],
    ["fusion", column(Float32Array.of(fusion.encoder, fusion.linear))],
    ["fusion.shift", column(fusion.shift ?? new Float32Array(width))],
  ]);
  await saveCellCheckpoint(folder, model, {
    made,
    beside: { [HEAD]: encodeSafetensors(tensors), ...beside },
  });
}

/**
 * Reads what {@linkcode saveTuned} wrote. Start the backend first.
 *
 * @throws {KcellfmError} tag "file" or "model", when a file is missing or does not fit the others.
 */
export async function loadTuned(folder: string): Promise<TunedModel> {
  finishTogether(folder);
  const path = join(folder, HEAD);
  const { tensors } = readSafetensors(path);
  const model = await loadCellCheckpoint(folder);
  const width = model.classes.length;
  const genes = Int32Array.from(tensors.get("genes")?.data ?? []);
  const floats = (name: string, length: number): Float32Array => {
    const found = tensors.get(name);
    if (found?.data instanceof Float32Array && found.data.length === length) return found.data;
    throw modelError(`Cannot use ${path}: it needs a tensor "${name}" of ${length} numbers`);
  };
  const [encoder, linear] = floats("fusion", 2);
  return {
    model,
    genes,
    linear: {
      classes: model.classes,
      weights: floats("linear.weight", genes.length * width),
      intercepts: floats("linear.bias", width),
    },
    fusion: { encoder, linear, shift: floats("fusion.shift", width) },
  };
}

/** Names the rows of a file whose genes are matched to the model's ({@linkcode prepareSet}); rows ascending. */
export function nameCells(
  { model, linear, fusion, genes }: TunedModel,
  cells: ModelCells,
  rows: Int32Array,
): Prediction {
  const classes = new Int32Array(cells.source.nObs);
  const paths = {
    encoder: encodeRows(model, { ...cells, rows, classes }).probabilities,
    linear: predictLinear(linear, readFeatures(cells, genes, rows)).probabilities,
  };
  return toPrediction(model.classes, fuse(paths, fusion, model.classes.length));
}
