import type * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernels } from "../dispatch.ts";
import { checkShapes } from "../shapes.ts";
import { type CrossEntropyOptions, softmaxCrossEntropyReference } from "./reference.ts";
import { SOFTMAX_CROSS_ENTROPY } from "./wasm.ts";

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
  const [rows, classes] = logits.shape;
  const { weights, ignore = -1 } = options;
  checkShapes("softmaxCrossEntropy", { labels: [labels, [rows], "int32"], weights: [weights, [classes]] });
  if (!hasKernel(SOFTMAX_CROSS_ENTROPY)) return softmaxCrossEntropyReference(logits, labels, options);
  const [loss, gradient] = runKernels(SOFTMAX_CROSS_ENTROPY, { logits, labels, weights }, { ignore });
  gradient.dispose(); // the tape, if there is one, keeps its own reference
  return loss as tf.Scalar;
}
