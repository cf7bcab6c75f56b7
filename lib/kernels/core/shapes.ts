import type * as tf from "../../tensor/mod.ts";

/** An optional tensor and the shape and dtype it must have. */
export type Expectation = readonly [
  tensor: Pick<tf.Tensor, "shape" | "dtype"> | undefined,
  shape: number[],
  dtype?: "int32",
];

/**
 * Compares the arguments of an operator with what it expects, before any kernel reads memory by these sizes.
 *
 * @throws {TypeError} naming the operator, the argument, and both shapes.
 */
export function checkShapes(operator: string, expected: Record<string, Expectation>): void {
  for (const [name, [tensor, shape, dtype = "float32"]] of Object.entries(expected)) {
    if (!tensor) continue;
    if (`${tensor.shape}` === `${shape}` && tensor.dtype === dtype) continue;
    throw new TypeError(
      `Cannot run ${operator}: ${name} is ${tensor.dtype} [${tensor.shape}], ${dtype} [${shape}] expected`,
    );
  }
}
