import type * as tf from "@tensorflow/tfjs";
import { type CrossEntropyOptions, softmaxCrossEntropyReference } from "./reference.ts";

export type { CrossEntropyOptions };

/**
 * `sum_i w[label_i] * -log softmax(logits_i)[label_i] / sum_i w[label_i]` over the rows whose label is not
 * `ignore`; 0 when no row counts. logits `[rows, classes]`, labels int32 `[rows]`.
 */
export function softmaxCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  options: CrossEntropyOptions = {},
): tf.Scalar {
  return softmaxCrossEntropyReference(logits, labels, options);
}
