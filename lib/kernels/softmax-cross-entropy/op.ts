import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernels } from "../core/dispatch.ts";
import { checkShapes } from "../core/shapes.ts";
import { type CrossEntropyOptions, softmaxCrossEntropyReference } from "./reference.ts";

export type { CrossEntropyOptions };

/** The loss and its gradient for the logits, which costs nothing more to have at once. */
export const SOFTMAX_CROSS_ENTROPY = "KcfSoftmaxCrossEntropy";

export interface CrossEntropyAttributes {
  readonly ignore: number;
}

/**
 * `sum_i w[label_i] * -log softmax(logits_i)[label_i] / sum_i w[label_i]` over the rows whose label is not
 * `ignore`; 0 when no row counts. logits `[rows, classes]`, labels int32 `[rows]`.
 *
 * @throws {TypeError} when the shapes do not fit. {RangeError} for a label that is neither a class nor ignored.
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

/** @throws {RangeError} for a label that is neither a class nor ignored. */
export function checkLabel(label: number, { classes, ignore }: { classes: number; ignore: number }): void {
  if (label === ignore || (label >= 0 && label < classes)) return;
  throw new RangeError(
    `Cannot score label ${label}: there are ${classes} classes, and ${ignore} is ignored`,
  );
}

tf.registerGradient({
  kernelName: SOFTMAX_CROSS_ENTROPY,
  outputsToSave: [false, true],
  gradFunc: (dy, [gradient]) => ({ logits: () => tf.mul(gradient, (dy as tf.Tensor[])[0]) }),
});
