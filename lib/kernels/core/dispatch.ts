import * as tf from "../../tensor/mod.ts";

/** True when the current backend has a fast form of this kernel; if not, the operator runs its reference. */
export const hasKernel = (name: string): boolean => tf.getKernel(name, tf.getBackend()) !== undefined;

/** Runs a registered kernel with one output; inputs that are undefined are left out. */
export function runKernel(
  name: string,
  inputs: Record<string, tf.Tensor | undefined>,
  attributes: tf.NamedAttrMap = {},
): tf.Tensor {
  return tf.engine().runKernel(name, present(inputs), attributes) as tf.Tensor;
}

/** Runs a registered kernel with several outputs. */
export function runKernels(
  name: string,
  inputs: Record<string, tf.Tensor | undefined>,
  attributes: tf.NamedAttrMap = {},
): tf.Tensor[] {
  return tf.engine().runKernel(name, present(inputs), attributes) as tf.Tensor[];
}

function present(inputs: Record<string, tf.Tensor | undefined>): tf.NamedTensorMap {
  return Object.fromEntries(
    Object.entries(inputs).filter(([, tensor]) => tensor !== undefined),
  ) as tf.NamedTensorMap;
}
