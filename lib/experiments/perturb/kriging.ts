import { inverse, Matrix } from "ml-matrix";
import { changeModel, changeOf, conditionsNamed } from "./changes.ts";
import { nodesOf, type PerturbationGraph, perturbationGraph } from "./perturbation_graph.ts";
import type { FitPerturbation } from "./model.ts";
import type { Condition } from "./set.ts";

/** What the kernel of two perturbed genes is made of. */
interface KernelWeights {
  /** All perturbations have something in common, */
  readonly common: number;
  /** those of similar genes more, */
  readonly similar: number;
  /** and the same gene most. */
  readonly same: number;
}

/** Weights that are tried, in units of the noise of a condition's mean. */
const WEIGHTS = [0.1, 1, 10, 100];

/**
 * A linear model of changes (kriging on the GO graph): a perturbed gene has an effect on each gene, the effects of several
 * add up, and those of two genes a, b covary as `common + similar cos(N_a, N_b) + same [a = b]` with N the normalised rows of
 * the graph. The three weights are chosen by the error on left-out training conditions. A gene that was never perturbed
 * changes what its neighbours do, and the mean of all.
 *
 * @returns the change of every gene by the numbers of the perturbed nodes; no change for none
 */
export function krigeChanges(
  conditions: readonly Condition[],
  graph: PerturbationGraph,
): (perturbed: readonly number[]) => Float32Array {
  const known = conditions.map((condition) => nodesOf(graph, condition));
  const changes = new Matrix(conditions.map((condition) => changeOf(condition)));
  const similarity = similarityOf(graph);
  const parts = known.map((a) => known.map((b) => kernelParts(a, b, similarity)));
  const { weights, solved } = WEIGHTS.flatMap((common) =>
    WEIGHTS.flatMap((similar) => WEIGHTS.map((same) => ({ common, similar, same })))
  ).map((weights) => ({ weights, ...solve(parts, changes, weights) }))
    .reduce((best, next) => next.error < best.error ? next : best);
  return (perturbed) => {
    const row = known.map((other) => weigh(kernelParts(perturbed, other, similarity), weights));
    return Float32Array.from(new Matrix([row]).mmul(solved).getRow(0));
  };
}

/** {@linkcode krigeChanges} as a model by itself. */
export const fitKriging: FitPerturbation = (set, split, { terms }) => {
  const graph = perturbationGraph(set, terms);
  const krige = krigeChanges(conditionsNamed(set, split.train), graph);
  return changeModel("kriging_go", (target) => krige(nodesOf(graph, target)));
};

/** Cosine between rows a and b of the adjacency. */
function similarityOf({ go, nodes: { size } }: PerturbationGraph): (a: number, b: number) => number {
  const row = (node: number) => go.subarray(node * size, (node + 1) * size);
  const product = (a: number, b: number) => row(a).reduce((sum, value, i) => sum + value * row(b)[i], 0);
  const kept = new Map<number, number>();
  return (a, b) => {
    const key = Math.min(a, b) * size + Math.max(a, b);
    if (!kept.has(key)) kept.set(key, product(a, b) / Math.sqrt(product(a, a) * product(b, b)));
    return kept.get(key)!;
  };
}

/** Sums over the pairs of perturbed genes of two conditions. */
function kernelParts(
  a: readonly number[],
  b: readonly number[],
  similarity: (a: number, b: number) => number,
): KernelWeights {
  const pairs = a.flatMap((one) => b.map((other) => ({ one, other })));
  return {
    common: pairs.length,
    similar: pairs.reduce((sum, { one, other }) => sum + similarity(one, other), 0),
    same: pairs.filter(({ one, other }) => one === other).length,
  };
}

const weigh = (parts: KernelWeights, weights: KernelWeights): number =>
  parts.common * weights.common + parts.similar * weights.similar + parts.same * weights.same;

/** (K + I)^-1 changes, and the sum of squared errors of each condition's change predicted from the others'. */
function solve(parts: readonly (readonly KernelWeights[])[], changes: Matrix, weights: KernelWeights) {
  const kernel = new Matrix(parts.map((row) => row.map((entry) => weigh(entry, weights))));
  const inverted = inverse(Matrix.add(kernel, Matrix.eye(kernel.rows)));
  const solved = inverted.mmul(changes);
  const leftOut = solved.clone();
  for (let row = 0; row < leftOut.rows; row++) leftOut.mulRow(row, 1 / inverted.get(row, row));
  return { solved, error: leftOut.pow(2).sum() };
}
