import * as tf from "@tensorflow/tfjs";
import { type ModelCells, readModelCells } from "../genes/cells.ts";
import type { GeneVocabulary } from "../genes/mod.ts";
import { disposeParams } from "../nn/mod.ts";
import { tokenizeFor } from "./batches.ts";
import type { CellConfig } from "./config.ts";
import { encodeCells } from "./encoder.ts";
import type { CellParams } from "./params.ts";

/** Named cell types with a vector each; rows of `vectors` are unit length, `[ids.length, dim]`. */
export interface TypeVectors {
  readonly ids: readonly string[];
  readonly names: readonly string[];
  readonly dim: number;
  readonly vectors: Float32Array;
}

/** A trained cell model with all it needs to read cells and to name them. */
export interface CellModel {
  readonly config: CellConfig;
  readonly params: CellParams;
  readonly vocabulary: GeneVocabulary;
  /** Weight of each gene when genes compete for places: `[genes]`. */
  readonly informativeness: Float32Array;
  /** Cell Ontology ids of the classifier's classes, in its order. */
  readonly classes: readonly string[];
  /** The types it can name by their ontology text, with their vectors. */
  readonly types: TypeVectors;
  /** Divides cosine similarities before the softmax that turns them into confidences. */
  readonly temperature: number;
  /** sha256 of the stored weights; "unsaved" before the first save. */
  readonly hash: string;
}

/** Frees a model's variables. */
export function disposeModel(model: CellModel): void {
  disposeParams(model.params);
}

/** Embeddings of cells [start, start + count): `[count, width]` row-major. */
export interface CellEmbeddings {
  readonly start: number;
  readonly count: number;
  readonly vectors: Float32Array;
}

/**
 * Embeds all cells of a file in file order, a batch at a time.
 *
 * @returns batches of cell embeddings, each `[count, width]`, unscaled
 */
export async function* embedCells(
  model: CellModel,
  cells: ModelCells,
  { batchSize = 32, signal }: { batchSize?: number; signal?: AbortSignal } = {},
): AsyncGenerator<CellEmbeddings> {
  const total = cells.source.nObs;
  for (let start = 0; start < total; start += batchSize) {
    signal?.throwIfAborted();
    const count = Math.min(batchSize, total - start);
    const tokens = tokenizeFor(model, readModelCells(cells, start, start + count));
    const encoded = tf.tidy(() => encodeCells(model.params, tokens, { config: model.config }).cells);
    const vectors = await encoded.data<"float32">();
    encoded.dispose();
    yield { start, count, vectors };
  }
}
