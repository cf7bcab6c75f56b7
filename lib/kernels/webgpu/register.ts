import * as tf from "../../tensor/mod.ts";

export type Inputs = Record<string, tf.Tensor>;
export type KernelBody<A> = (inputs: Inputs, attributes: A) => tf.Tensor | tf.Tensor[];

/** Registers one of our kernels for the webgpu backend; what it does not return is disposed. */
export function registerWebgpu<A = Record<string, never>>(kernelName: string, body: KernelBody<A>): void {
  tf.registerKernel({
    kernelName,
    backendName: "webgpu",
    kernelFunc: ({ inputs, attrs }) => tf.tidy(() => body(inputs as Inputs, attrs as unknown as A)),
  });
}
