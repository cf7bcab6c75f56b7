import * as tf from "@tensorflow/tfjs";
import { registerTensorflow } from "../tensorflow/register.ts";
import { SMALLEST } from "./reference.ts";
import { checkLabel, SOFTMAX_CROSS_ENTROPY } from "./wasm.ts";

registerTensorflow<{ ignore: number }>(SOFTMAX_CROSS_ENTROPY, ({ logits, labels, weights }, { ignore }) => {
  const classes = logits.shape[1]!;
  for (const label of labels.dataSync()) checkLabel(label, { classes, ignore });
  const counted = tf.expandDims(tf.notEqual(labels, tf.scalar(ignore, "int32")).cast("float32"), 1);
  const chosen = tf.mul(tf.oneHot(labels as tf.Tensor1D, classes).cast("float32"), counted);
  const weighted = weights ? tf.mul(chosen, weights) : chosen;
  const rows = tf.sum(weighted, 1, true);
  const total = tf.maximum(tf.sum(rows), SMALLEST);
  const logs = tf.logSoftmax(logits);
  const loss = tf.neg(tf.div(tf.sum(tf.mul(weighted, logs)), total));
  return [loss, tf.div(tf.sub(tf.mul(tf.exp(logs), rows), weighted), total)];
});
