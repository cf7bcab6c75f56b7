import * as tf from "../../tensor/mod.ts";
import { registerTensorflow } from "../tensorflow/register.ts";
import { checkId, EMBED, EMBED_SCATTER, type ScatterAttributes } from "./op.ts";

registerTensorflow(EMBED, ({ table, ids }) => {
  for (const id of ids.dataSync()) checkId(id, table.shape[0]); // on a GPU TensorFlow itself would give zeros
  return tf.gather(table, ids as tf.Tensor1D);
});

registerTensorflow<ScatterAttributes>(EMBED_SCATTER, ({ dy, ids }, { rows }) => {
  const width = dy.shape[dy.rank - 1];
  return tf.unsortedSegmentSum(tf.reshape(dy, [-1, width]), tf.reshape(ids, [-1]) as tf.Tensor1D, rows);
});
