import * as tf from "../../tensor/mod.ts";

/**
 * Rows of `table` by id, with the scatter-add gradient in a JavaScript loop: gather's own gradient needs
 * UnsortedSegmentSum, which the wasm backend lacks.
 */
export function embedReference(table: tf.Tensor2D, ids: tf.Tensor): tf.Tensor {
  const gatherRows = tf.customGrad((rows, save) => {
    (save as tf.GradSaveFunc)([ids]);
    return {
      value: tf.gather(rows as tf.Tensor, ids as tf.Tensor1D),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => scatterAdd(dy, saved[0], table.shape),
    };
  });
  return gatherRows(table);
}

function scatterAdd(dy: tf.Tensor, ids: tf.Tensor, [rows, width]: [number, number]): tf.Tensor {
  const sums = new Float32Array(rows * width);
  const from = dy.dataSync<"float32">();
  ids.dataSync<"int32">().forEach((id, i) => {
    for (let j = 0; j < width; j++) sums[id * width + j] += from[i * width + j];
  });
  return tf.tensor2d(sums, [rows, width]);
}
