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
  /** The only forms there are here; a configuration that names another is refused. */
  hidden_act: z.literal("gelu").optional(),
  position_embedding_type: z.literal("absolute").optional(),
});

/** Sizes of a text encoder: BERT, masked mean pooling and a projection to the width of the cell model. */
export const textConfigSchema = z.strictObject({
  bert: bertConfigSchema,
  /** Width of the type vectors. */
  dim: z.int().positive(),
  dropout: z.number().min(0).max(1),
  /** Dropout inside BERT; default `dropout`. */
  bertDropout: z.number().min(0).max(1).optional(),
  /** Longest text outside training, in tokens; default all positions. */
  maxTokens: z.int().positive().optional(),
  /** Relations that have a vector, in the order of its rows. */
  relations: z.array(z.string()).readonly(),
});

export type BertConfig = Readonly<z.infer<typeof bertConfigSchema>>;
export type TextConfig = Readonly<z.infer<typeof textConfigSchema>>;

/** Settings for training the encoder; plain data, stored with each checkpoint. */
export interface TextTraining {
  /** Triples in a batch; every other tail of the batch is a negative. */
  readonly batch: number;
  /** Share of the facts reworded with a synonym that join each epoch. */
  readonly reworded: number;
  readonly epochs: number;
  /** Optimiser steps at least: a small ontology is read more often. */
  readonly leastSteps: number;
  readonly learningRate: number;
  /** Share of the optimiser steps in which the learning rate rises. */
  readonly warmup: number;
  /** Learning rate at the end, as a share of the highest; 1 keeps it constant. */
  readonly floor: number;
  readonly weightDecay: number;
  /** BERT's first layers that do not learn; its embeddings always do. */
  readonly frozenLayers: number;
  /** Wrong tails that the relation loss compares with: every one of the batch, or one at random. */
  readonly wrongTails: "all" | "one";
  /** Triples whose gradients are computed at once and averaged over the batch, to save memory; default all. */
  readonly microBatch?: number;
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

/** Training settings shared by our own small encoders of all sizes. */
const OURS = {
  reworded: 0.3,
  warmup: 0.05,
  floor: 0.05,
  weightDecay: 0.01,
  frozenLayers: 0,
  wrongTails: "all",
} as const;

/** A named size of everything. */
export interface TextPreset {
  readonly vocabulary: number;
  readonly dim: number;
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly dropout: number;
  readonly bertDropout?: number;
  /** Starts from the weights of a published BERT, whose own sizes count. */
  readonly pretrained?: boolean;
  readonly training: TextTraining;
}

/** More contrast finds more parents and synonyms, more graph agrees better with it; the shipped checkpoint has these. */
const WEIGHTS: LossWeights = { relation: 1, contrast: 1, graph: 1 };

/**
 * `nano` for tests, `notebook` for a run of two minutes, `walkthrough` for the shipped checkpoint, `paper` for
 * PubMedBERT tuned as the original's (ORIGINAL section 4): names alone, one wrong tail, no dropout inside BERT.
 */
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
      ...OURS,
      epochs: 2,
      leastSteps: 0,
      learningRate: 2e-3,
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
      ...OURS,
      epochs: 6,
      leastSteps: 300,
      learningRate: 2e-3,
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
      ...OURS,
      epochs: 10,
      leastSteps: 300,
      learningRate: 1e-3,
      nameTokens: 25,
      definitionTokens: 48,
      definitions: 32,
      weights: WEIGHTS,
    },
  },
  paper: {
    vocabulary: 30_522,
    dim: 512,
    hidden: 768,
    layers: 12,
    heads: 12,
    feedForward: 3072,
    dropout: 0.1,
    bertDropout: 0,
    pretrained: true,
    training: {
      batch: 64,
      microBatch: 8,
      reworded: 0,
      epochs: 20,
      leastSteps: 0,
      learningRate: 2e-5,
      warmup: 0,
      floor: 1,
      weightDecay: 0.01,
      frozenLayers: 3,
      wrongTails: "one",
      nameTokens: 25,
      definitionTokens: 25,
      definitions: 0,
      weights: { relation: 1, contrast: 0, graph: 0 },
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
