import type { CellConfig } from "../lib/cell/mod.ts";
import type { BertConfig } from "../lib/text/mod.ts";
import { innerSize } from "../lib/nn/mod.ts";
import { CLASSES } from "./scales.ts";

/** Operations of a matrix product. */
export const product = (m: number, n: number, k: number): number => 2 * m * n * k;

/**
 * Operations of the recurrence of Mamba-2's scan over `positions`: decay, input and read-out of every entry of the
 * state. The chunked forms do more of them, as matrix products.
 */
export const scan = (positions: number, { features, state }: { features: number; state: number }): number =>
  6 * positions * features * state;

/** Operations an entry of the pointwise formulas, exponentials and roots counted as one. */
export const POINTWISE = { rmsNorm: 4, gatedRmsNorm: 9, layerNorm: 7, silu: 4, softplus: 3, softmax: 5 };

/** Operations a parameter of an AdamW step and of clipping. */
export const UPDATE = { adamW: 14, clip: 3 };

/** Operations of both directions of a Mamba-2 mixer between its projections. */
export function mixer(positions: number, config: CellConfig): number {
  const { inner, heads } = innerSize(config);
  const channels = inner + 2 * config.stateDim;
  const direction = positions * channels * (2 * config.convWidth + POINTWISE.silu) +
    positions * heads * POINTWISE.softplus +
    scan(positions, { features: inner, state: config.stateDim }) +
    positions * inner * (2 + POINTWISE.gatedRmsNorm);
  return 2 * direction;
}

/** Operations of the cell encoder for a batch. */
export function cellEncoder(config: CellConfig, batch: number): number {
  const positions = batch * config.length;
  const { width, layers } = config;
  const { inner, heads } = innerSize(config);
  const projected = 2 * inner + 2 * config.stateDim + heads;
  const tokens = product(positions, width, width + 1) + 2 * positions * width * POINTWISE.layerNorm;
  const layer = product(positions, projected, width) + product(positions, width, inner) +
    mixer(positions, config) + positions * width * POINTWISE.layerNorm;
  return tokens + layers * layer;
}

/** Operations of the three pretraining heads: masked positions through the decoder, cells through the classifier. */
export function cellHeads(width: number, { masked, batch }: { masked: number; batch: number }): number {
  return product(masked, width, 2 * width + 1) + product(batch, width, 2 * width + CLASSES);
}

/** Operations of BERT without pooler. */
export function bertEncoder(config: BertConfig, { rows, length }: { rows: number; length: number }): number {
  const { hidden_size: width, intermediate_size: inner } = config;
  const positions = rows * length;
  const layer = product(positions, width, 4 * width + 2 * inner) + 4 * positions * length * width +
    2 * positions * width * POINTWISE.layerNorm;
  return config.num_hidden_layers * layer;
}

/** Operations of a training step: the backward pass takes twice the forward's, every parameter is clipped and moved. */
export const trainingStep = (forward: number, params: number): number =>
  3 * forward + (UPDATE.adamW + UPDATE.clip) * params;
