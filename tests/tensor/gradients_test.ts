import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";

await startBackend("wasm");

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;

/** A case of one kernel: positive inputs of these shapes. */
interface Case {
  readonly shapes: number[][];
  readonly run: Op;
}

const one = (run: (x: tf.Tensor) => tf.Tensor, shape = [3, 4]): Case => ({ shapes: [shape], run });
const two = (run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, ...shapes: number[][]): Case => ({
  shapes,
  run,
});

/** Every kernel whose gradient the door to tensors registers, with the smaller input first and last where it may be. */
const CASES: Record<string, Case[]> = {
  Exp: [one(tf.exp)],
  Erf: [one(tf.erf)],
  LeakyRelu: [one((x) => tf.leakyRelu(tf.sub(x, 1), 0.1))],
  Neg: [one(tf.neg)],
  Relu: [one((x) => tf.relu(tf.sub(x, 1)))],
  Rsqrt: [one(tf.rsqrt)],
  Sigmoid: [one(tf.sigmoid)],
  Sign: [one((x) => tf.mul(tf.sign(x), x))],
  Softplus: [one(tf.softplus)],
  Sqrt: [one(tf.sqrt)],
  Square: [one(tf.square)],
  Step: [one((x) => tf.mul(tf.step(x), x))],
  Tanh: [one(tf.tanh)],
  Add: [two(tf.add, [3, 4], [4]), two(tf.add, [3, 1], [3, 4]), one((x) => tf.add(tf.add(x, x), x))],
  Sub: [two(tf.sub, [3, 4], [4]), two(tf.sub, [3, 1], [3, 4]), one((x) => tf.sub(x, tf.sub(x, x)))],
  Multiply: [two(tf.mul, [3, 4], [4]), two(tf.mul, [3, 1], [3, 4])],
  RealDiv: [two(tf.div, [3, 4], [4]), two(tf.div, [3, 1], [3, 4])],
  Maximum: [two(tf.maximum, [3, 4], [4]), two(tf.maximum, [3, 1], [3, 4])],
  Minimum: [two(tf.minimum, [3, 4], [4]), two(tf.minimum, [3, 1], [3, 4])],
  SquaredDifference: [two(tf.squaredDifference, [3, 4], [4]), two(tf.squaredDifference, [3, 1], [3, 4])],
  Softmax: [one(tf.softmax)],
  LogSoftmax: [one((x) => tf.logSoftmax(x))],
  AddN: [two((a, b) => tf.addN([a, b, a]), [3], [3])],
  BatchMatMul: [
    two((a, b) => tf.matMul(a, b), [2, 3, 4], [2, 4, 5]),
    two((a, b) => tf.matMul(a, b, true), [4, 3], [4, 5]),
    two((a, b) => tf.matMul(a, b, false, true), [3, 4], [5, 4]),
    two((a, b) => tf.matMul(a, b, true, true), [4, 3], [5, 4]),
  ],
  Cast: [one((x) => tf.cast(x, "float32"))],
  Identity: [one(tf.clone)],
  ExpandDims: [one((x) => tf.expandDims(x, 1))],
  Reshape: [one((x) => tf.reshape(x, [2, 6]))],
  Reverse: [one((x) => tf.reverse(x, 1))],
  Transpose: [one((x) => tf.transpose(x, [2, 0, 1]), [2, 3, 4])],
  PadV2: [one((x) => tf.pad(x, [[1, 0], [0, 2]]))],
  Slice: [one((x) => tf.slice(x, [1, 0], [2, -1]))],
  Sum: [one((x) => tf.sum(x, 1)), one((x) => tf.sum(x, [0], true)), one((x) => tf.sum(x))],
  Mean: [one((x) => tf.mean(x, 1)), one((x) => tf.mean(x, [0, 1]))],
  Max: [one((x) => tf.max(x, 1)), one((x) => tf.max(x, 0, true))],
  SplitV: [one((x) => tf.mul(...tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor]))],
  Unpack: [one((x) => tf.mul(...tf.unstack(x, 1).slice(1, 3) as [tf.Tensor, tf.Tensor]))],
  Pack: [two((a, b) => tf.stack([a, b], 1), [3, 4], [3, 4])],
  Concat: [two((a, b) => tf.concat([a, b], 1), [3, 4], [3, 2])],
};

type Values = Float32Array;

function score({ shapes, run }: Case, inputs: Values[]): tf.Scalar {
  const out = run(...inputs.map((values, i) => tf.tensor(values, shapes[i])));
  return tf.sum(tf.mul(out, probeOf(out))) as tf.Scalar;
}

/** Numbers that tell entries apart. */
const probeOf = ({ size, shape }: tf.Tensor): tf.Tensor =>
  tf.tensor(Float32Array.from({ length: size }, (_, i) => 1 + (i * 7 % 5) / 4), shape);

/** Half the change of the score from a step back to a step forth, over the step. */
function centralDifference(test: Case, inputs: Values[], [leaf, entry]: [number, number]): number {
  const step = 1e-2;
  const at = (shift: number): number =>
    tf.tidy(() => {
      const moved = inputs.map((values) => values.slice());
      moved[leaf][entry] += shift;
      return score(test, moved).dataSync()[0];
    });
  return (at(step) - at(-step)) / (2 * step);
}

/** Inputs in (0.5, 2), at least two steps apart so that no step swaps a maximum. */
function drawInputs(shapes: number[][]): Values[] {
  const sizes = shapes.map((shape) => tf.util.sizeFromShape(shape));
  const total = sizes.reduce((sum, size) => sum + size);
  const spread = createRng("gradients").shuffle(
    Float32Array.from({ length: total }, (_, i) => 0.5 + 1.5 * (i + 0.25) / total),
  );
  return sizes.map((size, i) => {
    const from = sizes.slice(0, i).reduce((sum, size) => sum + size, 0);
    return spread.slice(from, from + size);
  });
}

for (const [kernel, cases] of Object.entries(CASES)) {
  Deno.test(`the gradient of ${kernel} equals central differences`, () => {
    assert.ok(tf.getGradient(kernel), "registered by that name");
    for (const test of cases) {
      const inputs = drawInputs(test.shapes);
      const gradients = tf.tidy(() => {
        const loss = (...leaves: tf.Tensor[]) => {
          const out = test.run(...leaves);
          return tf.sum(tf.mul(out, probeOf(out)));
        };
        return tf.grads(loss)(inputs.map((values, i) => tf.tensor(values, test.shapes[i])))
          .map((gradient) => gradient.dataSync<"float32">().slice());
      });
      inputs.forEach((values, leaf) =>
        values.forEach((_, entry) => {
          const expected = centralDifference(test, inputs, [leaf, entry]);
          const gap = Math.abs(gradients[leaf][entry] - expected);
          // a float32 score of size 50 over a step of 0.02, and the third derivative times a step squared
          assert.ok(
            gap < 3e-3 * Math.max(1, Math.abs(expected)),
            `input ${leaf}[${entry}]: ${gap} off ${expected}`,
          );
        })
      );
    }
  });
}
