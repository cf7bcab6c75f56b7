import * as tf from "../tensor/mod.ts";
import { attention, embed, layerNorm, linear } from "../kernels/mod.ts";
import {
  constantParameter,
  dropout,
  initNorm,
  type LinearParams,
  normalParameter,
  type NormParams,
  type TrainingMode,
} from "../nn/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import type { BertConfig } from "./config.ts";

/** An affine map whose output is added to a residual and normalised. */
type OutputParams = { readonly dense: LinearParams; readonly LayerNorm: NormParams };

/** One Transformer layer. */
type LayerParams = {
  readonly attention: {
    readonly self: { readonly query: LinearParams; readonly key: LinearParams; readonly value: LinearParams };
    readonly output: OutputParams;
  };
  readonly intermediate: { readonly dense: LinearParams };
  readonly output: OutputParams;
};

/** The weights of BertModel without its pooler; the paths of this tree are Hugging Face's weight names. */
export type BertParams = {
  readonly embeddings: {
    readonly word_embeddings: { readonly weight: tf.Variable };
    readonly position_embeddings: { readonly weight: tf.Variable };
    readonly token_type_embeddings: { readonly weight: tf.Variable };
    readonly LayerNorm: NormParams;
  };
  readonly encoder: { readonly layer: readonly LayerParams[] };
};

/** Token ids of a batch on the backend. */
export interface TokenTensors {
  /** int32 `[batch, length]`. */
  readonly ids: tf.Tensor2D;
  /** int32 `[batch]`, tokens before the padding. */
  readonly lengths: tf.Tensor1D;
}

/** BERT's initialisation: weights normal with deviation 0.02, biases 0, norms 1 and 0 (Devlin et al. 2019). */
export function initBert(rng: Rng, config: BertConfig): BertParams {
  const { hidden_size: width, intermediate_size: inner } = config;
  const table = (name: string, rows: number) => ({
    weight: normalParameter(rng.split(name), [rows, width], 0.02),
  });
  const dense = (name: string, inputs: number, outputs: number): LinearParams => ({
    weight: normalParameter(rng.split(name), [outputs, inputs], 0.02),
    bias: constantParameter(0, [outputs]),
  });
  const layer = (i: number): LayerParams => ({
    attention: {
      self: {
        query: dense(`${i}/query`, width, width),
        key: dense(`${i}/key`, width, width),
        value: dense(`${i}/value`, width, width),
      },
      output: { dense: dense(`${i}/attended`, width, width), LayerNorm: initNorm(width) },
    },
    intermediate: { dense: dense(`${i}/inner`, width, inner) },
    output: { dense: dense(`${i}/outer`, inner, width), LayerNorm: initNorm(width) },
  });
  return {
    embeddings: {
      word_embeddings: table("word", config.vocab_size),
      position_embeddings: table("position", config.max_position_embeddings),
      token_type_embeddings: table("type", config.type_vocab_size),
      LayerNorm: initNorm(width),
    },
    encoder: { layer: Array.from({ length: config.num_hidden_layers }, (_, i) => layer(i)) },
  };
}

/** Inputs of the forward pass beside weights and tokens. */
export interface BertPass {
  readonly config: BertConfig;
  readonly dropout: number;
  readonly training?: TrainingMode;
}

/**
 * BERT's last hidden state `[batch, length, hidden]` (Devlin et al. 2019, section 3); values at padded positions
 * mean nothing and must be masked by the caller.
 *
 * @throws {RangeError} when a row is longer than the position table.
 */
export function bert(params: BertParams, tokens: TokenTensors, pass: BertPass): tf.Tensor3D {
  const { config } = pass;
  if (tokens.ids.shape[1] > config.max_position_embeddings) {
    throw new RangeError(
      `Cannot encode ${
        tokens.ids.shape[1]
      } tokens: the model has ${config.max_position_embeddings} positions`,
    );
  }
  let x = tf.tidy(() => embedTokens(params.embeddings, tokens.ids, pass));
  for (const layer of params.encoder.layer) {
    const below = x;
    x = tf.tidy(() => transformerLayer(layer, below, { ...pass, lengths: tokens.lengths }));
    below.dispose(); // a gradient keeps its own handle; without one, twelve layers would pile up
  }
  return x;
}

function embedTokens(params: BertParams["embeddings"], ids: tf.Tensor2D, pass: BertPass): tf.Tensor3D {
  const words = embed(params.word_embeddings.weight as tf.Tensor as tf.Tensor2D, ids);
  const positions = tf.slice(params.position_embeddings.weight, [0, 0], [ids.shape[1], -1]);
  const firstType = tf.slice(params.token_type_embeddings.weight, [0, 0], [1, -1]); // one sentence: type 0
  const sum = tf.add(words, tf.add(positions, firstType)); // [batch, length, hidden]
  return drop(normalize(params.LayerNorm, sum, pass), pass) as tf.Tensor3D;
}

/** Post-norm: `LN(x + attend(x))`, then `LN(x + feedForward(x))`. */
function transformerLayer(
  params: LayerParams,
  x: tf.Tensor3D,
  pass: BertPass & { lengths: tf.Tensor1D },
): tf.Tensor3D {
  const attended = selfAttention(params.attention.self, x, pass);
  const middle = addAndNorm(params.attention.output, attended, { ...pass, residual: x });
  const inner = linear(middle, params.intermediate.dense.weight, {
    bias: params.intermediate.dense.bias,
    activation: "gelu",
  });
  return addAndNorm(params.output, inner, { ...pass, residual: middle }) as tf.Tensor3D;
}

function selfAttention(
  params: LayerParams["attention"]["self"],
  x: tf.Tensor3D,
  { config, lengths }: BertPass & { lengths: tf.Tensor1D },
): tf.Tensor {
  const [batch, length, width] = x.shape;
  const heads = config.num_attention_heads;
  const project = ({ weight, bias }: LinearParams) =>
    // [batch, length, hidden] -> [batch, heads, length, hidden / heads]
    tf.transpose(tf.reshape(linear(x, weight, { bias }), [batch, length, heads, width / heads]), [
      0,
      2,
      1,
      3,
    ]);
  const mixed = attention(
    project(params.query) as tf.Tensor4D,
    project(params.key) as tf.Tensor4D,
    project(params.value) as tf.Tensor4D,
    { lengths },
  );
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, length, width]);
}

function addAndNorm(params: OutputParams, x: tf.Tensor, pass: BertPass & { residual: tf.Tensor }): tf.Tensor {
  const mapped = linear(x, params.dense.weight, { bias: params.dense.bias });
  return normalize(params.LayerNorm, tf.add(drop(mapped, pass), pass.residual), pass);
}

const normalize = (params: NormParams, x: tf.Tensor, { config }: BertPass) =>
  layerNorm(x, { weight: params.weight, bias: params.bias, eps: config.layer_norm_eps });

const drop = (x: tf.Tensor, { dropout: rate, training }: BertPass) => dropout(x, { rate, training });
