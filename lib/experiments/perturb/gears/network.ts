import * as tf from "../../../tensor/mod.ts";
import { batchNorm, type BatchRows, mlp, sgConv, type TrainingMode } from "../../../nn/mod.ts";
import type { GearsParams } from "./params.ts";

/** The two graphs as `normaliseAdjacency` gives them: `[genes, genes]` and `[nodes, nodes]`. */
export interface GearsGraphs {
  readonly coexpression?: tf.Tensor2D;
  readonly go: tf.Tensor2D;
}

/** Rows to compute. Cells that get the same answer (same perturbation, same gene vectors) share one. */
export interface GearsRows {
  /** 1 where a row perturbs a node, `[rows, nodes]`; unperturbed cells have a row of zeros. */
  readonly perturbed: Float32Array;
  /** Cells of the batch behind each row. */
  readonly counts: Float32Array;
  /** Gene vectors of a cell model, `[genes, rows or 1, width]`. */
  readonly vectors?: tf.Tensor3D;
}

/** Weight of co-expression neighbours in a gene's embedding. */
const POSITION_WEIGHT = 0.2;

/**
 * The predicted change of every gene, to be added to a control cell: `[rows, genes]`. Everything is computed once a row;
 * batch norms weigh rows by the cells behind them, so that the numbers are those of the whole batch.
 *
 * The original applies its co-expression graph to the first cell of a batch only (its edges are not repeated for the
 * others); here every cell gets it.
 */
export function gearsChange(
  params: GearsParams,
  rows: GearsRows,
  { graphs, training }: { graphs: GearsGraphs; training?: TrainingMode },
): tf.Tensor2D {
  const [genes, hidden] = params.own.weight.shape;
  const count = rows.counts.length;
  const cells = rows.counts.reduce((sum, n) => sum + n, 0);
  const byGene = { training, count: genes * cells, shares: repeatShares(rows.counts, genes) };
  const base = baseEmbedding(params, rows, { graphs, byGene });
  const shift = perturbationEmbedding(params, rows, { graphs, training });
  // [genes, rows or 1, hidden] + [1, rows, hidden] -> [genes * rows, hidden]
  const joined = tf.reshape(tf.add(base, tf.reshape(shift, [1, count, hidden])), [genes * count, hidden]);
  const joint = batchNorm(params.joint, joined as tf.Tensor2D, { ...byGene, activation: "relu" });
  const decoded = tf.reshape(mlp(params.decoder, joint, byGene), [genes, count, hidden]);
  const own = tf.matMul(decoded, tf.reshape(params.own.weight, [genes, hidden, 1])); // [genes, rows, 1]
  const values = tf.add(tf.transpose(tf.reshape(own, [genes, count])), params.own.bias) as tf.Tensor2D;
  const byCell = { training, count: cells, shares: repeatShares(rows.counts, 1) };
  const state = mlp(params.crossGene, values, byCell); // [rows, hidden]
  const ofValue = tf.reshape(tf.slice(params.last.weight, [0, 0], [genes, 1]), [genes]);
  const ofState = tf.slice(params.last.weight, [0, 1], [genes, hidden]);
  const crossed = tf.add(tf.mul(values, ofValue), tf.matMul(state, ofState, false, true));
  return tf.add(crossed, params.last.bias);
}

/** Share of each row of a `[times, rows]` table in the batch. */
function repeatShares(counts: Float32Array, times: number): tf.Tensor1D {
  const total = counts.reduce((sum, n) => sum + n, 0) * times;
  const shares = new Float32Array(counts.length * times);
  for (let i = 0; i < shares.length; i++) shares[i] = counts[i % counts.length] / total;
  return tf.tensor1d(shares);
}

/** Embedding of a gene before it is perturbed: `[genes, rows or 1, hidden]`. */
function baseEmbedding(
  { genes, adapter, coexpression }: GearsParams,
  { vectors }: GearsRows,
  { graphs, byGene }: { graphs: GearsGraphs; byGene: BatchRows },
): tf.Tensor3D {
  const hidden = (genes?.embedding ?? adapter!.at(-1)!.linear.weight).shape.at(genes ? 1 : 0)!;
  const [count, repeat] = [vectors?.shape[0] ?? genes!.embedding.shape[0], vectors?.shape[1] ?? 1];
  const reading = repeat === 1 ? { ...byGene, shares: undefined } : byGene;
  let base = vectors
    ? mlp(adapter!, tf.reshape(vectors, [count * repeat, -1]) as tf.Tensor2D, reading)
    : batchNorm(genes!.norm, genes!.embedding as tf.Tensor2D, { ...reading, activation: "relu" });
  if (coexpression) {
    const { embedding, conv, mix } = coexpression;
    const position = tf.mul(sgConv(conv, embedding as tf.Tensor2D, graphs.coexpression!), POSITION_WEIGHT);
    const own = tf.reshape(vectors ? tf.relu(base) : base, [count, repeat, hidden]);
    const sum = tf.add(own, tf.reshape(position, [count, 1, hidden]));
    base = mlp(mix, tf.reshape(sum, [count * repeat, hidden]), reading);
  }
  return tf.reshape(base, [count, repeat, hidden]);
}

/** The fused sum of the perturbed genes' embeddings, zero for unperturbed rows: `[rows, hidden]`. */
function perturbationEmbedding(
  { perturbations: { embedding, conv, fuse } }: GearsParams,
  { perturbed, counts }: GearsRows,
  { graphs, training }: { graphs: GearsGraphs; training?: TrainingMode },
): tf.Tensor2D {
  const nodes = embedding.shape[0];
  const isPerturbed = counts.map((_, row) =>
    Number(perturbed.subarray(row * nodes, (row + 1) * nodes).some((one) => one > 0))
  );
  const known = counts.map((n, row) => n * isPerturbed[row]);
  const cells = known.reduce((sum, n) => sum + n, 0);
  const global = sgConv(conv, embedding as tf.Tensor2D, graphs.go); // [nodes, hidden]
  const summed = tf.matMul(tf.tensor2d(perturbed, [counts.length, nodes]), global);
  const shares = tf.tensor1d(known.map((n) => n / Math.max(1, cells)));
  const learning = cells > 0 ? training : undefined; // a batch of controls alone has no statistics to remember
  const fused = mlp(fuse, summed as tf.Tensor2D, { training: learning, count: cells, shares });
  return tf.mul(fused, tf.tensor2d(isPerturbed, [counts.length, 1]));
}
