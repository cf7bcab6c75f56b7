import * as tf from "../../../tensor/mod.ts";
import type { StoredTensor } from "../../../data/tensors/mod.ts";
import { disposeParams, loadParams } from "../../../nn/mod.ts";
import { zeroRng } from "../../../runtime/mod.ts";
import { gearsChange, type GearsGraphs } from "./network.ts";
import { type GearsParams, type GearsSize, initGears } from "./params.ts";
import { takeVectors, type VectorsOf } from "./cell_vectors.ts";
import { nodesOf, type PerturbationGraph } from "./perturbation_graph.ts";
import type { LearnedRecipe } from "../recipe.ts";
import type { PerturbationTarget } from "../set.ts";

/** The graphs of a model as numbers, and what its rows mean. */
export interface GearsFrame extends PerturbationGraph {
  readonly size: GearsSize;
  /** Normalised adjacency of co-expression: `[genes, genes]`. */
  readonly coexpression?: Float32Array;
  readonly vectorsOf?: VectorsOf;
  /** Source of the vectors. */
  readonly vectors: "none" | "random" | "kcellfm";
  readonly prior?: GearsPrior;
}

/** Kriging, to whose prediction the learnt change is added. */
export interface GearsPrior {
  /** The change of each gene by the numbers of the perturbed nodes. */
  readonly of: (nodes: readonly number[]) => Float32Array;
  readonly recipe: LearnedRecipe;
  /** Names of the conditions that it learned from. */
  readonly train: readonly string[];
}

/** A model on the backend. */
export interface LiveGears {
  readonly frame: GearsFrame;
  readonly params: GearsParams;
  readonly graphs: GearsGraphs;
  /** Share of the learnt change that is added, in [0, 1]. */
  readonly trust: number;
}

/** Puts a frame's graphs on the backend. */
export function openGraphs({ size, go, coexpression }: GearsFrame): GearsGraphs {
  return {
    go: tf.tensor2d(go, [size.nodes, size.nodes]),
    coexpression: coexpression && tf.tensor2d(coexpression, [size.genes, size.genes]),
  };
}

/** Control cells whose gene vectors are taken at once. */
const CHUNK = 16;

/** The mean of the control cells plus the prior's change, if any, and the trusted share of the learnt one; at least 0. */
export function predictMean(live: LiveGears, target: PerturbationTarget, most = Infinity): Float32Array {
  const { frame, trust } = live;
  const nodes = nodesOf(frame, target);
  const prior = frame.prior?.of(nodes);
  const learnt = trust === 0 ? undefined : learntChange(live, { nodes, target, most });
  return target.control.mean.map((value, gene) =>
    Math.max(0, value + (prior?.[gene] ?? 0) + trust * (learnt?.[gene] ?? 0))
  );
}

/** With gene vectors it is the mean over those control cells that have some, at most `most` of them. */
function learntChange(
  { frame, params, graphs }: LiveGears,
  { nodes, target, most }: { nodes: readonly number[]; target: PerturbationTarget; most: number },
): Float32Array {
  const vectors = frame.vectorsOf?.(target.control);
  const picks = Array.from({ length: Math.min(most, vectors?.cells?.length ?? 1) }, (_, pick) => pick);
  const mean = new Float32Array(frame.size.genes);
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
  readonly trust: number;
}

/** Runs `use` with the model on the backend, and takes it off again. */
export function withGears<T>({ frame, weights, trust }: StoredGears, use: (live: LiveGears) => T): T {
  const params = initGears(zeroRng(), frame.size);
  const graphs = openGraphs(frame);
  try {
    loadParams(params, weights, "a GEARS model");
    return use({ frame, params, graphs, trust });
  } finally {
    disposeParams(params);
    tf.dispose([graphs.go, ...graphs.coexpression ? [graphs.coexpression] : []]);
  }
}
