import * as tf from "../../../tensor/mod.ts";
import { type CellModel, encodeCells, tokenizeFor } from "../../../cell/mod.ts";
import { csrFromDense, type CsrMatrix } from "../../../matrix/mod.ts";
import { nameMatcher } from "../../../genes/mod.ts";
import { embed, layerNorm } from "../../../kernels/mod.ts";
import type { Rng } from "../../../runtime/mod.ts";
import type { ControlCells } from "../set.ts";

/** Frozen vectors of genes that take the place of GEARS' gene embedding. */
export interface GeneVectors {
  readonly width: number;
  /** Rows of the control cells that have vectors of their own; null: all cells have the same. */
  readonly cells: Int32Array | null;
  /** `[cells or 1, genes, width]`. */
  readonly values: Float32Array;
}

/** The vectors for the control cells of a background. */
export type VectorsOf = (control: ControlCells) => GeneVectors;

/** One standard normal vector a gene, the same in every cell: what a width of its own is worth. */
export function randomVectors(rng: Rng, { genes, width }: { genes: number; width: number }): VectorsOf {
  const values = Float32Array.from({ length: genes * width }, () => rng.normal());
  return () => ({ width, cells: null, values });
}

/** Options for reading a cell model's vectors. */
export interface CellVectorOptions {
  /** Symbols of the measured genes. */
  readonly genes: readonly string[];
  /** Sum that the set's counts were scaled to before log1p; null for the usual 10,000. */
  readonly total: number | null;
  readonly rng: Rng;
}

/** Seed of the draw of control cells: the same in every fit, so that they can share what is read once. */
export const CELLS_SEED = "control cells";

/** Control cells of a background that are read at most, and numbers that are kept of them (160 MB). */
const MOST_CELLS = 300;
const MOST_NUMBERS = 4e7;
/** Cells that go through the encoder at once. */
const BATCH = 8;
/** Tokens a cell at most: the model's own length, or all measured genes up to this. */
const MOST_TOKENS = 2049;

/**
 * The token vectors that a frozen cell model gives the genes of control cells: of up to 300 cells a background, drawn by
 * `rng`, fewer where genes are many. A gene that is not among a cell's tokens (no expression) has the vector it has before
 * the first layer, without a value; one that the vocabulary does not know has zeros. A background is read once.
 */
export function cellModelVectors(model: CellModel, { genes, total, rng }: CellVectorOptions): VectorsOf {
  const match = nameMatcher(model.vocabulary);
  const tokens = genes.map((gene) => {
    const found = match(gene);
    return typeof found === "string" ? -1 : found.token;
  });
  const absent = vectorsBefore(model, tokens);
  const kept = new WeakMap<ControlCells, GeneVectors>();
  return (control) => {
    const known = kept.get(control);
    if (known) return known;
    const { width } = model.config;
    const most = Math.max(1, Math.min(MOST_CELLS, Math.floor(MOST_NUMBERS / (genes.length * width))));
    const { rows } = control.cells;
    const cells = rng.split(control.context).sample(rows, Math.min(rows, most)).sort();
    const values = readVectors(model, { control, cells, tokens, absent, total });
    const vectors = { width, cells, values };
    kept.set(control, vectors);
    return vectors;
  };
}

/** The normalised gene embeddings, zero for unknown genes: `[genes, width]`. */
function vectorsBefore({ params, config }: CellModel, tokens: readonly number[]): Float32Array {
  return tf.tidy(() => {
    const { embedding, norm } = params.genes;
    const ids = tf.tensor1d(tokens.map((token) => Math.max(0, token)), "int32");
    const known = tf.tensor2d(tokens.map((token) => Number(token >= 0)), [tokens.length, 1]);
    const rows = layerNorm(embed(embedding, ids), { ...norm, eps: 1e-5 });
    return tf.mul(tf.reshape(rows, [tokens.length, config.width]), known).dataSync<"float32">();
  });
}

interface Reading {
  readonly control: ControlCells;
  readonly cells: Int32Array;
  /** Token of each measured gene, or -1. */
  readonly tokens: readonly number[];
  readonly absent: Float32Array;
  readonly total: number | null;
}

function readVectors(model: CellModel, { control, cells, tokens, absent, total }: Reading): Float32Array {
  const { config, params } = model;
  const size = tokens.length * config.width;
  const values = new Float32Array(cells.length * size);
  for (let cell = 0; cell < cells.length; cell++) values.set(absent, cell * size);
  const columns = new Map(tokens.map((token, gene) => [token, gene]));
  const length = Math.max(config.length, Math.min(tokens.length + 1, MOST_TOKENS));
  for (let start = 0; start < cells.length; start += BATCH) {
    const rows = cells.subarray(start, start + BATCH);
    const stored = cellsOf(control, { rows, tokens, genes: model.vocabulary.symbols.length });
    const matrix = { ...stored, data: perTenThousand(stored.data, total) };
    const batch = tokenizeFor({ ...model, config: { ...config, length } }, matrix);
    const encoded = tf.tidy(() => encodeCells(params, batch, { config }).tokens.dataSync<"float32">());
    batch.ids.forEach((id, at) => {
      const gene = columns.get(id);
      if (gene === undefined || at % batch.length === 0) return;
      const from = at * config.width;
      const cell = start + Math.floor(at / batch.length);
      values.set(encoded.subarray(from, from + config.width), cell * size + gene * config.width);
    });
  }
  return values;
}

/** log1p of counts scaled to `total` as log1p of counts scaled to 10,000. */
function perTenThousand(values: Float32Array, total: number | null): Float32Array {
  const factor = 1e4 / (total ?? 1e4);
  return Math.abs(factor - 1) < 0.01 ? values : values.map((value) => Math.log1p(Math.expm1(value) * factor));
}

/** Some control cells in the vocabulary's columns. */
function cellsOf(
  { cells }: ControlCells,
  { rows, tokens, genes }: { rows: Int32Array; tokens: readonly number[]; genes: number },
): CsrMatrix {
  const dense = new Float32Array(rows.length * genes);
  rows.forEach((row, i) => {
    tokens.forEach((token, gene) => {
      if (token >= 0) dense[i * genes + token] = cells.data[row * cells.cols + gene];
    });
  });
  return csrFromDense(dense, rows.length, genes);
}

/** The vectors of one cell each, or those that all cells share, gene by gene: `[genes, rows or 1, width]`. */
export function takeVectors(
  rows: readonly { readonly vectors: GeneVectors; readonly pick: number }[],
  genes: number,
): { values: Float32Array; shape: [number, number, number] } {
  const [{ vectors: { width, cells, values: shared } }] = rows;
  if (!cells) return { values: shared, shape: [genes, 1, width] };
  const values = new Float32Array(genes * rows.length * width);
  rows.forEach(({ vectors, pick }, row) => {
    for (let gene = 0; gene < genes; gene++) {
      const from = (pick * genes + gene) * width;
      values.set(vectors.values.subarray(from, from + width), (gene * rows.length + row) * width);
    }
  });
  return { values, shape: [genes, rows.length, width] };
}
