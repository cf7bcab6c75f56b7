import * as tf from "../tensor/mod.ts";
import { linear } from "../kernels/mod.ts";
import type { LinearParams } from "./init.ts";

/** Directed, weighted edges between numbered nodes, one entry an edge. */
export interface Edges {
  readonly source: ArrayLike<number>;
  readonly target: ArrayLike<number>;
  readonly weight: ArrayLike<number>;
}

/**
 * `D^-1/2 (A + I) D^-1/2` (Kipf and Welling 2017): entry [t, s] is what node t takes of node s; D holds the summed
 * weights of the edges into a node, its loop of weight one included.
 *
 * @returns `[nodes, nodes]` row-major
 */
export function normaliseAdjacency({ source, target, weight }: Edges, nodes: number): Float32Array {
  const adjacency = new Float32Array(nodes * nodes);
  const degree = new Float64Array(nodes).fill(1);
  for (let node = 0; node < nodes; node++) adjacency[node * nodes + node] = 1;
  for (let edge = 0; edge < weight.length; edge++) {
    adjacency[target[edge] * nodes + source[edge]] += weight[edge];
    degree[target[edge]] += weight[edge];
  }
  return adjacency.map((entry, i) => entry / Math.sqrt(degree[Math.floor(i / nodes)] * degree[i % nodes]));
}

/** One simplified graph convolution (Wu et al. 2019), `adjacency x weight^T + bias`: x `[nodes, inputs]`. */
export function sgConv({ weight, bias }: LinearParams, x: tf.Tensor2D, adjacency: tf.Tensor2D): tf.Tensor2D {
  return linear(tf.matMul(adjacency, x), weight, { bias }) as tf.Tensor2D;
}
