import * as tf from "../../tensor/mod.ts";

/** A kernel in operations of TensorFlow; tensors in between are freed when it returns. */
export type TensorflowBody<A> = (
  inputs: Record<string, tf.Tensor>,
  attributes: A,
) => tf.Tensor | tf.Tensor[];

/** Registers one of our kernels for the tensorflow backend; within it nothing is taped for gradients. */
export function registerTensorflow<A = Record<string, never>>(
  kernelName: string,
  body: TensorflowBody<A>,
): void {
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => body(inputs as Record<string, tf.Tensor>, attrs as unknown as A)),
  });
}
