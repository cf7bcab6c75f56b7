import * as tf from "../tensor/mod.ts";
import { modelError } from "../runtime/mod.ts";

/** Float tensors by name in memory that threads share, one behind the other. */
export interface SharedTensors {
  readonly buffer: SharedArrayBuffer;
  readonly views: ReadonlyMap<string, Float32Array>;
}

/**
 * Room for one tensor of each variable's size, in the order of the map; in `buffer`, where another thread made it.
 *
 * @throws {KcellfmError} tag "model", when `buffer` was made for other variables.
 */
export function shareTensors(
  variables: ReadonlyMap<string, tf.Variable>,
  buffer?: SharedArrayBuffer,
): SharedTensors {
  const numbers = [...variables.values()].reduce((sum, { size }) => sum + size, 0);
  const memory = buffer ?? new SharedArrayBuffer(4 * numbers);
  if (memory.byteLength !== 4 * numbers) {
    throw modelError(
      `Cannot share parameters: ${memory.byteLength / 4} numbers were given, a worker's model has ${numbers}`,
    );
  }
  const views = new Map<string, Float32Array>();
  let at = 0;
  for (const [name, { size }] of variables) {
    views.set(name, new Float32Array(memory, 4 * at, size));
    at += size;
  }
  return { buffer: memory, views };
}

/** Copies tensors into shared memory, by name. */
export function writeShared({ views }: SharedTensors, tensors: ReadonlyMap<string, tf.Tensor>): void {
  for (const [name, view] of views) view.set(tensors.get(name)!.dataSync<"float32">());
}

/** Assigns what is in shared memory to variables, by name. */
export function readShared({ views }: SharedTensors, variables: ReadonlyMap<string, tf.Variable>): void {
  for (const [name, variable] of variables) {
    tf.tidy(() => variable.assign(tf.tensor(views.get(name)!, variable.shape)));
  }
}

/** Adds what several threads wrote to `own`, in their order; the tensors of `own` are disposed or in the result. */
export function sumShared(
  own: Map<string, tf.Tensor>,
  others: readonly SharedTensors[],
): Map<string, tf.Tensor> {
  if (others.length === 0) return own;
  return new Map([...own].map(([name, tensor]) => {
    const sum = tf.tidy(() => {
      const there = others.map(({ views }) => tf.tensor(views.get(name)!, tensor.shape));
      return there.reduce((total, next) => tf.add(total, next), tensor);
    });
    tensor.dispose();
    return [name, sum];
  }));
}
