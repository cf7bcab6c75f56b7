import * as tf from "lib/tensor/mod.ts";
import { clipGlobalNorm, createAdamW } from "../lib/kernels/mod.ts";
import { flattenParams, type ParamTree } from "../lib/nn/mod.ts";
import { batchRng, computeGradients, type Reducer, type TrainingOptions } from "../lib/train/mod.ts";
import type { Case } from "./case.ts";
import { filled } from "./fill.ts";

/** What a training step needs beside its parameters. */
export interface StepOptions<Batch> {
  readonly batch: Batch;
  readonly loss: TrainingOptions<Batch>["loss"];
  /** The same loss without dropout, for the check. */
  readonly plain: () => tf.Scalar;
  /** Who shares the batch; default nobody. */
  readonly reducer?: Reducer<Batch>;
}

const PLACE = { seed: 1, epoch: 0, batch: 1 };
const RATE = 1e-4;
const CLIP = 1;
/** Six layers without residuals (the paper's) divide by small deviations: float32 gradients are 0.4 % off float64's. */
const GRADIENT_TOLERANCE = 0.005;

/**
 * The step that lib/train takes for one batch: gradients, clipping, AdamW, with dropout. Its check is the loss and the
 * norm of the gradient, without dropout and without a step.
 */
export function createStep<Batch>(
  params: ParamTree,
  { batch, loss, plain, reducer }: StepOptions<Batch>,
): Pick<Case, "run" | "check" | "tolerance" | "dispose"> {
  const learning = flattenParams(params);
  const optimiser = createAdamW(learning);
  const own = (part: Batch) =>
    computeGradients({ loss, learning }, { batch: part, training: { rng: batchRng(PLACE) } });
  function apply(sums: Map<string, tf.Tensor>): void {
    const { gradients } = clipGlobalNorm(sums, CLIP);
    optimiser.step(gradients, RATE);
    tf.dispose([...gradients.values()]);
  }
  return {
    run: reducer
      ? async () => apply((await reducer.reduce(batch, { place: PLACE, own })).gradients)
      : () => apply(own(batch).gradients),
    check() {
      const { value, grads } = tf.variableGrads(plain, [...learning.values()]);
      const { gradients, norm } = clipGlobalNorm(new Map(Object.entries(grads)), Infinity);
      const [score] = value.dataSync();
      tf.dispose([value, ...gradients.values()]);
      return [Math.abs(score), norm];
    },
    tolerance: GRADIENT_TOLERANCE,
    dispose: () => optimiser.dispose(),
  };
}

/** Gives every parameter the numbers that the twin gives it, and returns its name and shape for the twin. */
export function fillParams(params: ParamTree): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  [...flattenParams(params)].forEach(([name, variable], seed) => {
    const { shape } = variable;
    const deviation = shape.length === 2 ? shape[1] ** -0.5 : 0.1;
    tf.tidy(() => variable.assign(filled({ shape, deviation }, seed)));
    shapes[name] = shape;
  });
  return shapes;
}

/** Number of scalars of the given shapes. */
export const countOf = (shapes: Record<string, number[]>): number =>
  Object.values(shapes).reduce((sum, shape) => sum + tf.util.sizeFromShape(shape), 0);
