import * as tf from "../tensor/mod.ts";
import type { MaskedBatch } from "../genes/mod.ts";
import { embed, softmaxCrossEntropy } from "../kernels/mod.ts";
import { anyGrainLoss, type TrainingMode } from "../nn/mod.ts";
import type { CellConfig } from "./config.ts";
import { decodeExpression, encodeCells, scoreClasses } from "./encoder.ts";
import { meaningMask, type Meanings } from "./grain.ts";
import type { CellParams } from "./params.ts";
import { hierarchicalRanking, type TypeSpace } from "./ranking.ts";

/** A masked batch with, for each cell, its row in the classifier and in the type space; -1 where it is unlabelled. */
export interface PretrainingBatch extends MaskedBatch {
  readonly classes: Int32Array;
  /** Place of each cell's study among those of the run; needed where labels have any grain. */
  readonly studies?: Int32Array;
  /** Present where these cells are some rows of a larger batch (see {@linkcode splitBatch}). */
  readonly part?: BatchPart;
}

/** The place of some rows in the batch that they are a part of. */
export interface BatchPart {
  /** Rows of the batch before these. */
  readonly firstRow: number;
  /** Share of the terms that this batch holds, of those that each loss averages over. */
  readonly shares: Record<keyof LossWeights, number>;
}

const WHOLE: BatchPart = { firstRow: 0, shares: { expression: 1, cellType: 1, ontology: 1 } };

/** Weights of the three losses; the original's are 0.5, 1 and 0.5 (ORIGINAL section 3). */
export interface LossWeights {
  readonly expression: number;
  readonly cellType: number;
  readonly ontology: number;
}

export const LOSS_WEIGHTS: LossWeights = { expression: 0.5, cellType: 1, ontology: 0.5 };

/** A weighted sum and its parts, each before weighting. */
export interface Loss {
  readonly total: tf.Scalar;
  readonly parts: Record<string, tf.Scalar>;
}

/** Inputs of the pretraining loss beside parameters and batch. */
export interface LossOptions {
  readonly config: CellConfig;
  readonly space: TypeSpace;
  readonly weights?: LossWeights;
  /** Meanings of the labels in each study; default: every label means just its own class. */
  readonly meanings?: Meanings;
  readonly training?: TrainingMode;
}

/**
 * The pretraining loss of one batch: masked expression, cell type, and ranking against the ontology. Of a part of a
 * batch it is the part's contribution: the losses of all parts sum to that of the batch.
 */
export function pretrainingLoss(
  params: CellParams,
  batch: PretrainingBatch,
  options: LossOptions,
): Loss {
  const { config, space, weights = LOSS_WEIGHTS, meanings, training } = options;
  const { firstRow, shares } = batch.part ?? WHOLE;
  const { tokens, cells, units } = encodeCells(params, batch, {
    config,
    training: training && { ...training, firstRow },
  });
  const rngOf = space.drawn && training
    ? (row: number) => training.rng.split(`ranking ${firstRow + row}`)
    : undefined;
  const logits = scoreClasses(params, { cells, units });
  const { classes, studies } = batch;
  const typeLoss = meanings && studies
    ? anyGrainLoss(logits, meaningMask({ classes, studies, meanings }, logits.shape[1]))
    : softmaxCrossEntropy(logits, labelTensor(classes), { ignore: -1 });
  const parts = {
    expression: tf.mul<tf.Scalar>(expressionLoss(params, tokens, batch), shares.expression),
    cell_type: tf.mul<tf.Scalar>(typeLoss, shares.cellType),
    ontology: tf.mul<tf.Scalar>(
      hierarchicalRanking(cells, { space, classes: batch.classes, rngOf }),
      shares.ontology,
    ),
  };
  const total = tf.addN([
    tf.mul(parts.expression, weights.expression),
    tf.mul(parts.cell_type, weights.cellType),
    tf.mul(parts.ontology, weights.ontology),
  ]) as tf.Scalar;
  return { total, parts };
}

const labelTensor = (classes: Int32Array) => tf.tensor1d(classes, "int32");

/** Mean squared error between predicted and true values at the masked positions; 0 when nothing is masked. */
export function expressionLoss(params: CellParams, tokens: tf.Tensor3D, batch: MaskedBatch): tf.Scalar {
  const at = maskedPositions(batch.masked);
  if (at.length === 0) return tf.scalar(0);
  const flat = tf.reshape(tokens, [-1, tokens.shape[2]]) as tf.Tensor2D;
  const predicted = decodeExpression(params, embed(flat, tf.tensor1d(at, "int32")) as tf.Tensor2D);
  const targets = tf.tensor1d(Float32Array.from(at, (position) => batch.targets[position]));
  return tf.mean(tf.squaredDifference(predicted, targets));
}

function maskedPositions(masked: Float32Array): Int32Array {
  const positions: number[] = [];
  masked.forEach((hidden, position) => hidden && positions.push(position));
  return Int32Array.from(positions);
}
