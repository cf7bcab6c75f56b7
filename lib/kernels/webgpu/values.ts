import * as tf from "../../tensor/mod.ts";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/**
 * The numbers of a tensor that has not gone to the GPU yet, as those made from an array; none of one that has. For
 * checks that are not worth waiting for the GPU.
 */
export function valuesAtHand(tensor: tf.Tensor): Iterable<number> {
  const { values } = (tf.backend() as unknown as WebGPUBackend).tensorMap.get(tensor.dataId);
  return values ? values as tf.backend_util.TypedArray : [];
}
