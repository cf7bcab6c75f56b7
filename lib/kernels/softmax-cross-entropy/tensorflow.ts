import * as tf from "../../tensor/mod.ts";
import { registerTensorflow } from "../tensorflow/register.ts";
import { checkLabel, type CrossEntropyAttributes, SOFTMAX_CROSS_ENTROPY } from "./op.ts";
import { SMALLEST } from "./reference.ts";

registerTensorflow<CrossEntropyAttributes>(
  SOFTMAX_CROSS_ENTROPY,
  ({ logits, labels, weights }, { ignore }) => {
    const classes = logits.shape[1]!;
    for (const label of labels.dataSync()) checkLabel(label, { classes, ignore });
    const counted = tf.expandDims(tf.cast(tf.notEqual(labels, tf.scalar(ignore, "int32")), "float32"), 1);
    const chosen = tf.mul(tf.cast(tf.oneHot(labels as tf.Tensor1D, classes), "float32"), counted);
    const weighted = weights ? tf.mul(chosen, weights) : chosen;
    const rows = tf.sum(weighted, 1, true);
    const total = tf.maximum(tf.sum(rows), SMALLEST);
    const logs = tf.logSoftmax(logits);
    const loss = tf.neg(tf.div(tf.sum(tf.mul(weighted, logs)), total));
    return [loss, tf.div(tf.sub(tf.mul(tf.exp(logs), rows), weighted), total)];
  },
);
