import { z } from "zod";

/** Sizes of a BERT encoder, under the names of Hugging Face's config.json; its other fields are let through. */
export const bertConfigSchema = z.object({
  vocab_size: z.int().positive(),
  hidden_size: z.int().positive(),
  num_hidden_layers: z.int().nonnegative(),
  num_attention_heads: z.int().positive(),
  intermediate_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  type_vocab_size: z.int().positive(),
  layer_norm_eps: z.number().positive(),
});

/** Sizes of a text encoder: BERT, masked mean pooling and a projection to the width of the cell model. */
export const textConfigSchema = z.strictObject({
  bert: bertConfigSchema,
  /** Width of the type vectors. */
  dim: z.int().positive(),
  dropout: z.number().min(0).max(1),
  /** Relations that have a vector, in the order of its rows. */
  relations: z.array(z.string()).readonly(),
});

export type BertConfig = Readonly<z.infer<typeof bertConfigSchema>>;
export type TextConfig = Readonly<z.infer<typeof textConfigSchema>>;

/** What training the encoder takes; plain data, stored with each checkpoint. */
export interface TextTraining {
  /** Triples in a batch; every other tail of the batch is a negative. */
  readonly batch: number;
  /** Share of the facts reworded with a synonym that join each epoch. */
  readonly reworded: number;
  readonly epochs: number;
  /** Optimiser steps at least: a small ontology is read more often. */
  readonly leastSteps: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Longest name or synonym, in tokens (the original's 25). */
  readonly nameTokens: number;
  /** Longest definition, in tokens. */
  readonly definitionTokens: number;
  /** Definitions that join each batch. */
  readonly definitions: number;
  /** Weights of the loss's parts; a part with weight 0 is not computed. */
  readonly weights: LossWeights;
}

/** Weights of the parts of the training loss. */
export interface LossWeights {
  /** The paper's relation loss. */
  readonly relation: number;
  /** In-batch contrast of head + relation with tail, and of name with definition. */
  readonly contrast: number;
  /** Agreement of cosines with the ontology's PageRank similarity. */
  readonly graph: number;
}

/** A named size of everything. */
export interface TextPreset {
  readonly vocabulary: number;
  readonly dim: number;
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly dropout: number;
  readonly training: TextTraining;
}

/** More contrast finds more parents and synonyms, more graph agrees better with it; the shipped checkpoint has these. */
const WEIGHTS: LossWeights = { relation: 1, contrast: 1, graph: 1 };

/** `nano` for tests, `notebook` for a run of two minutes, `walkthrough` for the shipped checkpoint. */
export const TEXT_PRESETS = {
  nano: {
    vocabulary: 600,
    dim: 32,
    hidden: 32,
    layers: 1,
    heads: 2,
    feedForward: 64,
    dropout: 0.1,
    training: {
      batch: 32,
      reworded: 0.3,
      epochs: 2,
      leastSteps: 0,
      learningRate: 2e-3,
      weightDecay: 0.01,
      nameTokens: 16,
      definitionTokens: 24,
      definitions: 8,
      weights: WEIGHTS,
    },
  },
  notebook: {
    vocabulary: 4096,
    dim: 64,
    hidden: 64,
    layers: 1,
    heads: 2,
    feedForward: 128,
    dropout: 0.1,
    training: {
      batch: 128,
      reworded: 0.3,
      epochs: 6,
      leastSteps: 300,
      learningRate: 2e-3,
      weightDecay: 0.01,
      nameTokens: 25,
      definitionTokens: 48,
      definitions: 32,
      weights: WEIGHTS,
    },
  },
  walkthrough: {
    vocabulary: 4096,
    dim: 128,
    hidden: 128,
    layers: 1,
    heads: 4,
    feedForward: 256,
    dropout: 0.1,
    training: {
      batch: 128,
      reworded: 0.3,
      epochs: 10,
      leastSteps: 300,
      learningRate: 1e-3,
      weightDecay: 0.01,
      nameTokens: 25,
      definitionTokens: 48,
      definitions: 32,
      weights: WEIGHTS,
    },
  },
} as const satisfies Record<string, TextPreset>;

export type TextPresetName = keyof typeof TEXT_PRESETS;

/** The model's configuration for a preset, once the vocabulary and the relations are known. */
export function textConfig(
  preset: TextPreset,
  { vocabulary, relations }: { vocabulary: number; relations: readonly string[] },
): TextConfig {
  const { nameTokens, definitionTokens } = preset.training;
  return {
    bert: {
      vocab_size: vocabulary,
      hidden_size: preset.hidden,
      num_hidden_layers: preset.layers,
      num_attention_heads: preset.heads,
      intermediate_size: preset.feedForward,
      max_position_embeddings: Math.max(nameTokens, definitionTokens),
      type_vocab_size: 2,
      layer_norm_eps: 1e-12,
    },
    dim: preset.dim,
    dropout: preset.dropout,
    relations,
  };
}
