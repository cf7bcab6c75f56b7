import * as tf from "@tensorflow/tfjs";
import type { StoredTensor } from "../../data/mod.ts";
import { disposeParams, loadParams } from "../../nn/mod.ts";
import { dataError, zeroRng } from "../../runtime/mod.ts";
import { gearsChange, type GearsGraphs } from "./gears.ts";
import { type GearsParams, type GearsSize, initGears } from "./gears_params.ts";
import { takeVectors, type VectorsOf } from "./gene_embeddings.ts";
import type { PerturbationTarget } from "./types.ts";

/** The graphs of a model as numbers, and what its rows mean. */
export interface GearsFrame {
  readonly size: GearsSize;
  /** Numbers of the genes in the GO graph. */
  readonly nodes: ReadonlyMap<string, number>;
  /** Normalised adjacency: `[nodes, nodes]`, `[genes, genes]`. */
  readonly go: Float32Array;
  readonly coexpression?: Float32Array;
  readonly vectorsOf?: VectorsOf;
}

/** A model on the backend. */
export interface LiveGears {
  readonly frame: GearsFrame;
  readonly params: GearsParams;
  readonly graphs: GearsGraphs;
}

/** Puts a frame's graphs on the backend. */
export function openGraphs({ size, go, coexpression }: GearsFrame): GearsGraphs {
  return {
    go: tf.tensor2d(go, [size.nodes, size.nodes]),
    coexpression: coexpression && tf.tensor2d(coexpression, [size.genes, size.genes]),
  };
}

/** Numbers of the perturbed genes. @throws {KcellfmError} tag "data", when one is not in the GO graph. */
export function nodesOf({ nodes }: GearsFrame, { name, perturbed }: PerturbationTarget): number[] {
  return perturbed.map((gene) => {
    const node = nodes.get(gene);
    if (node !== undefined) return node;
    throw dataError(
      `Cannot predict ${name}: ${gene} is not in the graph of ${nodes.size} genes; fit GEARS on a set that measures ` +
        `it or names it among its perturbable genes`,
    );
  });
}

/** Control cells whose gene vectors are taken at once. */
const CHUNK = 16;

/**
 * The mean of the control cells plus the predicted change, which with gene vectors is the mean over those control cells
 * that have some, at most `most` of them.
 */
export function predictMean(live: LiveGears, target: PerturbationTarget, most = Infinity): Float32Array {
  const { frame, params, graphs } = live;
  const vectors = frame.vectorsOf?.(target.control);
  const picks = Array.from({ length: Math.min(most, vectors?.cells?.length ?? 1) }, (_, pick) => pick);
  const nodes = nodesOf(frame, target);
  const mean = target.control.mean.slice();
  for (let start = 0; start < picks.length; start += CHUNK) {
    const rows = picks.slice(start, start + CHUNK);
    const perturbed = new Float32Array(rows.length * frame.size.nodes);
    rows.forEach((_, row) => nodes.forEach((node) => perturbed[row * frame.size.nodes + node] = 1));
    const counts = new Float32Array(rows.length).fill(1);
    const taken = vectors && takeVectors(rows.map((pick) => ({ vectors, pick })), frame.size.genes);
    const change = tf.tidy(() => {
      const batch = { perturbed, counts, vectors: taken && tf.tensor3d(taken.values, taken.shape) };
      return tf.sum(gearsChange(params, batch, { graphs }), 0).dataSync();
    });
    change.forEach((value, gene) => mean[gene] += value / picks.length);
  }
  return mean;
}

/** A model off the backend. */
export interface StoredGears {
  readonly frame: GearsFrame;
  readonly weights: ReadonlyMap<string, StoredTensor>;
}

/** Runs `use` with the model on the backend, and takes it off again. */
export function withGears<T>({ frame, weights }: StoredGears, use: (live: LiveGears) => T): T {
  const params = initGears(zeroRng(), frame.size);
  const graphs = openGraphs(frame);
  try {
    loadParams(params, weights, "a GEARS model");
    return use({ frame, params, graphs });
  } finally {
    disposeParams(params);
    tf.dispose([graphs.go, ...graphs.coexpression ? [graphs.coexpression] : []]);
  }
}
