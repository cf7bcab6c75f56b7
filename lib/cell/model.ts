import * as tf from "../tensor/mod.ts";
import { type CsrMatrix, rowLengths, sliceRows, type Table } from "../matrix/mod.ts";
import { type GeneVocabulary, type ModelCells, readModelCells } from "../genes/mod.ts";
import { disposeParams, innerSize } from "../nn/mod.ts";
import type { TypeVectors } from "../text/mod.ts";
import { tokenizeFor } from "./batches.ts";
import type { CellConfig } from "./config.ts";
import { encodeCells } from "./encoder.ts";
import type { CellParams } from "./params.ts";

/** A trained cell model with all it needs to read cells and to name them. */
export interface CellModel {
  readonly config: CellConfig;
  readonly params: CellParams;
  readonly vocabulary: GeneVocabulary;
  /** Weight of each gene when genes compete for places: `[genes]`. */
  readonly informativeness: Float32Array;
  /** Cell Ontology ids of the classifier's classes, in its order. */
  readonly classes: readonly string[];
  /** The types it can name by their ontology text, with their vectors, each of length one. */
  readonly types: TypeVectors;
  /** Divides cosine similarities before the softmax that turns them into confidences. */
  readonly temperature: number;
  /** sha256 of the stored weights; "unsaved" before the first save. */
  readonly hash: string;
  /** Names of the files that it was trained on, where its checkpoint says: a reference among them is no evidence. */
  readonly studies?: readonly string[];
  /** Hashes of the cells that it was trained on ({@linkcode hashCells}), where its checkpoint has them. */
  readonly seenCells?: Uint32Array;
}

/** Frees a model's variables. */
export function disposeModel(model: CellModel): void {
  disposeParams(model.params);
}

/** Embeddings of the cells from `start` on, `[cells, width]`. */
export interface CellEmbeddings extends Table {
  readonly start: number;
  /** Known genes of each cell that have a value. */
  readonly genes: Int32Array;
}

/** Cells that go through the encoder at once, and rows read from a file at once, unless asked otherwise. */
const BATCH = 32;
const READ = 256;
/** Numbers in the widest tensor of a layer at most: a quarter of a gigabyte, of which there are several at a time. */
const MOST_NUMBERS = 2 ** 26;

/** Fewer cells at once for large models: 14 of the paper's, since the wasm heap ends at 4 GiB. */
function cellsAtOnce(config: CellConfig): number {
  const { inner, heads } = innerSize(config);
  const projected = 2 * inner + 2 * config.stateDim + heads;
  return Math.max(1, Math.min(BATCH, Math.floor(MOST_NUMBERS / (config.length * projected))));
}

/** What embedding cells takes of a model. */
export type CellEncoder = Pick<CellModel, "config" | "params" | "informativeness">;

/** Embeds cells that are in memory, one column a gene of the vocabulary: `[cells, width]`. */
export function embedMatrix(
  model: CellEncoder,
  cells: CsrMatrix,
  batchSize = cellsAtOnce(model.config),
): Table {
  const data = new Float32Array(cells.rows * model.config.width);
  for (let start = 0; start < cells.rows; start += batchSize) {
    const batch = sliceRows(cells, start, Math.min(start + batchSize, cells.rows));
    const tokens = tokenizeFor(model, batch);
    const encoded = tf.tidy(() =>
      encodeCells(model.params, tokens, { config: model.config }).cells.dataSync()
    );
    data.set(encoded, start * model.config.width);
  }
  return { data, rows: cells.rows, cols: model.config.width };
}

/**
 * Embeds all cells of a file in file order, some hundred at a time, so that progress can be shown between.
 *
 * @returns embeddings of consecutive cells, unscaled
 */
export async function* embedCells(
  model: CellModel,
  cells: ModelCells,
  { batchSize, signal }: { batchSize?: number; signal?: AbortSignal } = {},
): AsyncGenerator<CellEmbeddings> {
  for (const { start, block } of readBlocks(cells, { signal })) {
    yield { start, ...embedMatrix(model, block, batchSize), genes: rowLengths(block) };
    await new Promise((resolve) => setTimeout(resolve)); // lets a notebook or a signal be heard
  }
}

/** Cells [start, start + block.rows) of a file in the vocabulary's columns. */
export interface CellBlock {
  readonly start: number;
  readonly block: CsrMatrix;
}

/** All cells of a file in file order, some hundred at a time. */
export function* readBlocks(
  cells: ModelCells,
  { signal }: { signal?: AbortSignal } = {},
): Generator<CellBlock> {
  const total = cells.source.nObs;
  for (let start = 0; start < total; start += READ) {
    signal?.throwIfAborted();
    yield { start, block: readModelCells(cells, start, Math.min(start + READ, total)) };
  }
}
