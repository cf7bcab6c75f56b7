import * as tf from "../../tensor/mod.ts";
import { registerWasm } from "../wasm/register.ts";

/** Outputs the loss and its gradient for the logits, which costs nothing more to have at once. */
export const SOFTMAX_CROSS_ENTROPY = "KcfSoftmaxCrossEntropy";

registerWasm<{ ignore: number }>(SOFTMAX_CROSS_ENTROPY, (engine, { logits, labels, weights }, { ignore }) => {
  const [rows, classes] = logits.shape;
  for (const label of engine.integers(labels)) checkLabel(label, { classes, ignore });
  const loss = engine.output([]);
  const gradient = engine.output(logits.shape);
  const at = engine.pointer;
  // deno-fmt-ignore
  engine.run.crossEntropy(
    rows, classes, at(logits), at(labels), at(weights), ignore, at(loss), at(gradient),
  );
  return [loss, gradient];
});

tf.registerGradient({
  kernelName: SOFTMAX_CROSS_ENTROPY,
  outputsToSave: [false, true],
  gradFunc: (dy, [gradient]) => ({ logits: () => tf.mul(gradient, (dy as tf.Tensor[])[0]) }),
});

/** @throws {RangeError} for a label that is neither a class nor ignored. */
export function checkLabel(label: number, { classes, ignore }: { classes: number; ignore: number }): void {
  if (label === ignore || (label >= 0 && label < classes)) return;
  throw new RangeError(
    `Cannot score label ${label}: there are ${classes} classes, and ${ignore} is ignored`,
  );
}
