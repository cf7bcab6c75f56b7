import * as tf from "../tensor/mod.ts";

/** Keeps the logarithm finite where float32 has no number left for a probability. */
const SMALLEST = 1e-9;

/**
 * The loss of labels of any grain: `-log sum_{c in meaning} p(c)`, the mean over the labelled rows, 0 when there are none. A coarse
 * label is satisfied by any finer answer, so that a study of few labels does not punish what another study taught.
 *
 * @param logits `[rows, classes]`
 * @param options.meaning 1 at the classes that each row's label may mean, `[rows, classes]`; all ones where there is no label
 * @param options.labelled how many rows have a label
 */
export function anyGrainLoss(
  logits: tf.Tensor2D,
  { meaning, labelled }: { meaning: Float32Array; labelled: number },
): tf.Scalar {
  if (labelled === 0) return tf.scalar(0);
  const probabilities = tf.exp(tf.logSoftmax(logits));
  const right = tf.sum(tf.mul(probabilities, tf.tensor2d(meaning, logits.shape)), 1); // [rows]; 1 where unlabelled
  return tf.div(tf.sum(tf.neg(tf.log(tf.add(right, SMALLEST)))), labelled);
}
