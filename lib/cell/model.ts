import * as tf from "../tensor/mod.ts";
import { rowLengths, sliceRows, type Table } from "../matrix/mod.ts";
import {
  type GeneVocabulary,
  meanProfile,
  type ModelCells,
  type ModelMatrix,
  readModelCells,
} from "../genes/mod.ts";
import { disposeParams, innerSize } from "../nn/mod.ts";
import type { TypeVectors } from "../text/mod.ts";
import { readProfiles, tokenizeFor } from "./batches.ts";
import type { CellConfig } from "./config.ts";
import { encodeCells, scoreClasses } from "./encoder.ts";
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
  /** Scores of the model's classes before the softmax, `[count, classes]`. */
  readonly scores?: Float32Array;
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

/** The fields of a model that embedding cells needs. */
export type CellEncoder = Pick<CellModel, "config" | "params" | "informativeness">;

/** Vectors of some cells with the scores of the model's classes. */
export interface EncodedMatrix extends Table {
  /** Before the softmax, `[rows, classes]`. */
  readonly scores: Float32Array;
}

/** Embeds cells that are in memory, one column a gene of the vocabulary: `[cells, width]`. */
export function embedMatrix(model: CellEncoder, cells: ModelMatrix, batchSize?: number): Table {
  const { data, rows, cols } = encodeMatrix(model, cells, batchSize);
  return { data, rows, cols };
}

/** {@linkcode embedMatrix} with the scores of the classes. */
export function encodeMatrix(
  model: CellEncoder,
  cells: ModelMatrix,
  batchSize = cellsAtOnce(model.config),
): EncodedMatrix {
  const { centre, measured } = cells;
  const classes = model.params.classifier.out.weight.shape[0];
  const data = new Float32Array(cells.rows * model.config.width);
  const scores = new Float32Array(cells.rows * classes);
  for (let start = 0; start < cells.rows; start += batchSize) {
    const rows = sliceRows(cells, start, Math.min(start + batchSize, cells.rows));
    const batch = { ...rows, measured };
    const plain = encodeBatch(model, batch);
    const read = centre ? meanOf(plain, encodeBatch(model, batch, centre)) : plain;
    data.set(read.data, start * model.config.width);
    scores.set(read.scores, start * classes);
  }
  return { data, scores, rows: cells.rows, cols: model.config.width };
}

type Read = Pick<EncodedMatrix, "data" | "scores">;

function encodeBatch(model: CellEncoder, cells: ModelMatrix, centre?: Float32Array): Read {
  const tokens = tokenizeFor(model, cells, { centre });
  return tf.tidy(() => {
    const encoded = encodeCells(model.params, tokens, { config: model.config });
    const scores = scoreClasses(model.params, encoded);
    return { data: encoded.cells.dataSync<"float32">(), scores: scores.dataSync<"float32">() };
  });
}

const meanOf = (a: Read, b: Read): Read => ({
  data: a.data.map((value, i) => (value + b.data[i]) / 2),
  scores: a.scores.map((value, i) => (value + b.scores[i]) / 2),
});

/** Blocks of a file that its mean profile is taken over at most, evenly spaced. */
const CENTRE_BLOCKS = 4;

/**
 * The mean profile of a file's cells, over at most a thousand of them; undefined for a model that does not ask for it, and for a
 * single cell, which would be less itself.
 */
export function fileCentre(model: CellEncoder, cells: ModelCells): Float32Array | undefined {
  const { nObs } = cells.source;
  if (!model.config.profile?.centred || nObs < 2) return undefined;
  const starts = Array.from({ length: Math.ceil(nObs / READ) }, (_, i) => i * READ);
  const step = Math.max(1, Math.floor(starts.length / CENTRE_BLOCKS));
  const parts = starts.filter((_, i) => i % step === 0).slice(0, CENTRE_BLOCKS).map((start) => {
    const block = readModelCells(cells, start, Math.min(start + READ, nObs));
    return readProfiles(model, block);
  });
  const width = model.config.profile.genes;
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return meanProfile(whole, width);
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
  for (const { start, block } of readBlocks(cells, { signal, centre: fileCentre(model, cells) })) {
    yield { start, ...encodeMatrix(model, block, batchSize), genes: rowLengths(block) };
    await new Promise((resolve) => setTimeout(resolve)); // lets a notebook or a signal be heard
  }
}

/** Cells [start, start + block.rows) of a file in the vocabulary's columns. */
export interface CellBlock {
  readonly start: number;
  readonly block: ModelMatrix;
}

/** All cells of a file in file order, some hundred at a time. */
export function* readBlocks(
  cells: ModelCells,
  { signal, centre }: { signal?: AbortSignal; centre?: Float32Array } = {},
): Generator<CellBlock> {
  const total = cells.source.nObs;
  for (let start = 0; start < total; start += READ) {
    signal?.throwIfAborted();
    yield { start, block: { ...readModelCells(cells, start, Math.min(start + READ, total)), centre } };
  }
}
