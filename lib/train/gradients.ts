import * as tf from "../tensor/mod.ts";
import { createRng, type Rng } from "../runtime/mod.ts";
import type { TrainingMode } from "../nn/mod.ts";
import type { BatchGradients, BatchPlace, Scores, TrainingOptions } from "./types.ts";

/** The stream of a batch's dropout: by its place alone, so that a resumed run and every worker draw the same. */
export const batchRng = ({ seed, epoch, batch }: BatchPlace): Rng =>
  createRng(seed).split("training").split(`${epoch}/${batch}`);

/** The loss to differentiate, and the variables. */
export interface Differentiated<Batch> {
  readonly loss: TrainingOptions<Batch>["loss"];
  readonly learning: ReadonlyMap<string, tf.Variable>;
}

/** Gradients of one batch's loss; parameters that the loss does not reach have zeros. */
export function computeGradients<Batch>(
  { loss, learning }: Differentiated<Batch>,
  { batch, training }: { batch: Batch; training: TrainingMode },
): BatchGradients {
  let scores: Scores = {};
  const { value, grads } = tf.variableGrads(() => {
    const { total, parts } = loss(batch, training);
    scores = readScores({ loss: total, ...parts });
    return total;
  }, [...learning.values()]);
  value.dispose();
  const gradients = new Map(
    [...learning].map(([name, variable]): [string, tf.Tensor] => [
      name,
      grads[variable.name] ?? tf.zerosLike(variable),
    ]),
  );
  return { gradients, scores };
}

/** Scalars as plain numbers. */
export const readScores = (scalars: Record<string, tf.Scalar>): Scores =>
  Object.fromEntries(Object.entries(scalars).map(([name, scalar]) => [name, scalar.dataSync()[0]]));

/** Adds scores by name. */
export function addScores(sum: Scores, next: Scores): Scores {
  return Object.fromEntries(
    Object.entries({ ...sum, ...next }).map(([name]) => [name, (sum[name] ?? 0) + (next[name] ?? 0)]),
  );
}
