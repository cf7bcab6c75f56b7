import * as tf from "../tensor/mod.ts";
import { layerNorm, linear } from "../kernels/mod.ts";
import {
  dropout,
  initLinear,
  initNorm,
  type LinearParams,
  normalParameter,
  type NormParams,
  type TrainingMode,
} from "../nn/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import { bert, type BertParams, initBert, type TokenTensors } from "./bert.ts";
import type { TextConfig } from "./config.ts";
import type { TokenBatch } from "./tokenizer.ts";

/** Linear, ReLU, LayerNorm, dropout: the original's head from BERT's width to the cell model's. */
type ProjectionParams = { readonly linear: LinearParams; readonly norm: NormParams };

/** The weights of a text encoder. */
export type TextParams = {
  readonly bert: BertParams;
  readonly projection: ProjectionParams;
  readonly relation_projection: ProjectionParams;
  /** One row a relation, `[relations, hidden]`. */
  readonly relations: { readonly weight: tf.Variable };
};

/** LayerNorm of the projection: PyTorch's default. */
const PROJECTION_EPS = 1e-5;

/** A text encoder that has learned nothing. */
export function initText(rng: Rng, config: TextConfig): TextParams {
  return { bert: initBert(rng.split("bert"), config.bert), ...initHead(rng, config) };
}

/** Initial weights of the head on top of BERT. */
export function initHead(rng: Rng, config: TextConfig): Omit<TextParams, "bert"> {
  const { hidden_size: hidden } = config.bert;
  const projection = (name: string): ProjectionParams => ({
    linear: initLinear(rng.split(name), { inputs: hidden, outputs: config.dim }),
    norm: initNorm(config.dim),
  });
  return {
    projection: projection("projection"),
    relation_projection: projection("relation projection"),
    relations: { weight: normalParameter(rng.split("relations"), [config.relations.length, hidden], 1) },
  };
}

/** Inputs of a pass through the encoder beside its weights. */
export interface TextPass {
  readonly config: TextConfig;
  readonly training?: TrainingMode;
}

/** Vectors of texts: `projection(mean over tokens of BERT)`, `[texts, dim]` (ORIGINAL section 4), part after part. */
export function encodeParts(params: TextParams, parts: readonly TokenBatch[], pass: TextPass): tf.Tensor2D {
  return tf.concat(parts.map((part) => encodeTokens(params, part, pass)), 0);
}

/** {@linkcode encodeParts} of one part. */
export function encodeTokens(params: TextParams, batch: TokenBatch, pass: TextPass): tf.Tensor2D {
  return project(params.projection, poolTokens(params, batch, pass), pass);
}

/** The mean over tokens of BERT's last hidden state, `[texts, hidden]`. */
export function poolTokens(params: TextParams, batch: TokenBatch, pass: TextPass): tf.Tensor2D {
  const tokens = toTensors(batch);
  const { config, training } = pass;
  const { bertDropout = config.dropout } = config;
  const hidden = bert(params.bert, tokens, { config: config.bert, dropout: bertDropout, training });
  return maskedMean(hidden, tokens.lengths);
}

/** Vectors of all relations, `[relations, dim]`. */
export function relationVectors(params: TextParams, pass: TextPass): tf.Tensor2D {
  return project(params.relation_projection, params.relations.weight as tf.Tensor as tf.Tensor2D, pass);
}

function toTensors({ rows, length, ids, lengths }: TokenBatch): TokenTensors {
  return { ids: tf.tensor2d(ids, [rows, length], "int32"), lengths: tf.tensor1d(lengths, "int32") };
}

/** Mean over the unpadded positions: `[batch, length, width]` -> `[batch, width]`. */
export function maskedMean(x: tf.Tensor3D, lengths: tf.Tensor1D): tf.Tensor2D {
  const [batch, length] = x.shape;
  const counts = tf.reshape(tf.cast(lengths, "float32"), [batch, 1]);
  const mask = tf.cast(tf.less(tf.range(0, length, 1), counts), "float32"); // [batch, length]
  const weights = tf.reshape(tf.div(mask, tf.maximum(counts, 1)), [batch, length, 1]);
  return tf.sum(tf.mul(x, weights), 1);
}

function project(params: ProjectionParams, x: tf.Tensor2D, { config, training }: TextPass): tf.Tensor2D {
  const { weight, bias } = params.linear;
  const mapped = linear(x, weight, { bias, activation: "relu" });
  const normed = layerNorm(mapped, {
    weight: params.norm.weight,
    bias: params.norm.bias,
    eps: PROJECTION_EPS,
  });
  return dropout(normed, { rate: config.dropout, training }) as tf.Tensor2D;
}
