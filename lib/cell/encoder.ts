import * as tf from "../tensor/mod.ts";
import type { TokenBatch } from "../genes/mod.ts";
import { embed, layerNorm, linear } from "../kernels/mod.ts";
import { biMamba2, dropout, type TrainingMode } from "../nn/mod.ts";
import type { CellConfig } from "./config.ts";
import type { CellParams, ClassifierParams } from "./params.ts";
import { requireTrainingRoom } from "./room.ts";
import { profileUnits, startFromProfile } from "./whole_profile.ts";

/** Output of the encoder: one vector per token `[cells, length, width]` and one per cell `[cells, width]`. */
export interface Encoded {
  readonly tokens: tf.Tensor3D;
  readonly cells: tf.Tensor2D;
  /** The vector of the whole profile, `[cells, hidden]`; null for a model that reads none. */
  readonly units: tf.Tensor2D | null;
}

const NORM_EPS = 1e-5;

/**
 * Encodes a batch of tokenized cells (ORIGINAL section 2): gene vector + value vector, zero at padding, then the
 * bidirectional Mamba-2 layers. Without residual connections each layer is
 * `LayerNorm(mix(LayerNorm(x)))`; with them `x + mix(LayerNorm(x))` and one LayerNorm at the end. These LayerNorms have no weights.
 *
 * @throws {KcellfmError} tag "backend", when the gradients of the batch would not fit into memory.
 */
export function encodeCells(
  params: CellParams,
  batch: TokenBatch,
  { config, training }: { config: CellConfig; training?: TrainingMode },
): Encoded {
  const { cells, length, lengths } = batch;
  if (training) requireTrainingRoom(config, { cells, length, layers: params.layers.length });
  const units = params.profile ? profileUnits(params.profile, batch, { config, training }) : null;
  const hidden = startTokens(params, batch, { config, training, units });
  return { ...finish(params, { hidden, lengths }, { config, training, first: 0 }), units };
}

/** Token vectors on their way through the layers: `[cells, length, width]`, with the tokens of each cell. */
export interface HiddenTokens {
  readonly hidden: tf.Tensor3D;
  readonly lengths: Int32Array;
}

/** {@linkcode encodeCells} from layer `first` on: what goes into that layer comes out of {@linkcode encodeUpTo}. */
export function encodeFrom(
  params: CellParams,
  input: HiddenTokens,
  { config, training, first = 0 }: { config: CellConfig; training?: TrainingMode; first?: number },
): Encoded {
  const [cells, length] = input.hidden.shape;
  if (training) requireTrainingRoom(config, { cells, length, layers: params.layers.length - first });
  return { ...finish(params, input, { config, training, first }), units: null };
}

function finish(
  params: CellParams,
  { hidden, lengths }: HiddenTokens,
  { config, training, first }: { config: CellConfig; training?: TrainingMode; first: number },
): Omit<Encoded, "units"> {
  const [cells, length] = hidden.shape;
  const x = mixTokens(params.layers.slice(first), { hidden, lengths }, { config, training });
  const tokens = config.residual ? layerNorm(x, { eps: NORM_EPS }) as tf.Tensor3D : x;
  const real = realPositions({ cells, length, lengths });
  return { tokens, cells: readOut(tokens, { real, lengths: tf.tensor1d(lengths, "int32"), config }) };
}

/** Input of layer `layers` for a batch, outside training: `[cells, length, width]`. */
export function encodeUpTo(
  params: CellParams,
  batch: TokenBatch,
  { config, layers }: { config: CellConfig; layers: number },
): tf.Tensor3D {
  const units = params.profile ? profileUnits(params.profile, batch, { config }) : null;
  const hidden = startTokens(params, batch, { config, units });
  return mixTokens(params.layers.slice(0, layers), { hidden, lengths: batch.lengths }, { config });
}

function mixTokens(
  layers: CellParams["layers"],
  { hidden, lengths }: HiddenTokens,
  { config, training }: { config: CellConfig; training?: TrainingMode },
): tf.Tensor3D {
  const ends = tf.tensor1d(lengths, "int32");
  const normalise = (t: tf.Tensor3D) => layerNorm(t, { eps: NORM_EPS }) as tf.Tensor3D;
  let x = hidden;
  const pass = (layer: CellParams["layers"][number]): tf.Tensor3D => {
    const mixed = biMamba2(layer, normalise(x), { size: config, lengths: ends });
    return config.residual ? tf.add(x, dropout(mixed, { rate: config.dropout, training })) : normalise(mixed);
  };
  // tidied a layer at a time: what six paper layers make of a cell of 1,300 genes on the way is 160 MB
  for (const layer of layers) x = tf.tidy(() => pass(layer));
  return x;
}

/** Input of the first layer: gene vector + value vector (and at `<cls>` the profile's), zero at padding. */
function startTokens(
  params: CellParams,
  batch: TokenBatch,
  options: { config: CellConfig; training?: TrainingMode; units: tf.Tensor2D | null },
): tf.Tensor3D {
  return tf.tidy(() => {
    const tokens = tf.mul<tf.Tensor3D>(embedTokens(params, batch, options), realPositions(batch));
    return params.profile && options.units ? startFromProfile(params.profile, tokens, options.units) : tokens;
  });
}

/** 1 at tokens, 0 at padding: `[cells, length, 1]`. */
function realPositions(
  { cells, length, lengths }: Pick<TokenBatch, "cells" | "length" | "lengths">,
): tf.Tensor3D {
  const real = new Float32Array(cells * length);
  for (let row = 0; row < cells; row++) real.fill(1, row * length, row * length + lengths[row]);
  return tf.tensor3d(real, [cells, length, 1]);
}

function embedTokens(
  params: CellParams,
  { cells, length, ids, values }: TokenBatch,
  { config, training }: { config: CellConfig; training?: TrainingMode },
): tf.Tensor3D {
  const { embedding, norm } = params.genes;
  const genes = layerNorm(embed(embedding, tf.tensor2d(ids, [cells, length], "int32")), {
    ...norm,
    eps: NORM_EPS,
  });
  // Every value becomes a vector of its own: [cells, length] -> [cells, length, 1] -> [cells, length, width]
  const clamped = tf.minimum(tf.tensor3d(values, [cells, length, 1]), config.maxValue);
  const { linear1, linear2, norm: valueNorm } = params.values;
  const hidden = linear(clamped, linear1.weight, { bias: linear1.bias, activation: "relu" });
  const encoded = layerNorm(linear(hidden, linear2.weight, { bias: linear2.bias }), {
    ...valueNorm,
    eps: NORM_EPS,
  });
  return tf.add(genes, dropout(encoded, { rate: config.dropout, training }));
}

function readOut(
  tokens: tf.Tensor3D,
  { real, lengths, config }: { real: tf.Tensor3D; lengths: tf.Tensor1D; config: CellConfig },
): tf.Tensor2D {
  const [cells, , width] = tokens.shape;
  if (config.readout === "cls") {
    return tf.reshape(tf.slice(tokens, [0, 0, 0], [cells, 1, width]), [cells, width]);
  }
  const shares = tf.div(real, tf.reshape(tf.cast(lengths, "float32"), [cells, 1, 1])); // 1 / length at tokens, 0 at padding
  return tf.reshape(tf.matMul(shares, tokens, true), [cells, width]);
}

/** Predicts the value at each of the given token vectors: `[n, width] -> [n]`. */
export function decodeExpression(params: CellParams, tokens: tf.Tensor2D): tf.Tensor1D {
  const [first, second, last] = params.expression;
  const hidden = linear(tokens, first.weight, { bias: first.bias, activation: "leakyRelu" });
  const deeper = linear(hidden, second.weight, { bias: second.bias, activation: "leakyRelu" });
  return tf.reshape(linear(deeper, last.weight, { bias: last.bias }), [-1]);
}

/** Scores of the classes by the cell's vector and, where the model reads it, by its whole profile: `[cells, classes]`. */
export function scoreClasses(
  { classifier, profile }: Pick<CellParams, "classifier" | "profile">,
  { cells, units }: Pick<Encoded, "cells" | "units">,
): tf.Tensor2D {
  const scores = classifyCells(classifier, cells);
  if (!profile || !units) return scores;
  return tf.add(scores, linear(units, profile.classes.weight, { bias: profile.classes.bias }));
}

/** Scores of the classifier's cell types: `[cells, width] -> [cells, classes]`. */
export function classifyCells(params: ClassifierParams, cells: tf.Tensor2D): tf.Tensor2D {
  let x: tf.Tensor = cells;
  for (const { linear: affine, norm } of params.blocks) {
    x = layerNorm(linear(x, affine.weight, { bias: affine.bias, activation: "relu" }), {
      ...norm,
      eps: NORM_EPS,
    });
  }
  return linear(x, params.out.weight, { bias: params.out.bias }) as tf.Tensor2D;
}
