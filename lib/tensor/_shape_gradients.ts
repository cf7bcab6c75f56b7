import * as tf from "@tensorflow/tfjs-core";
import { fromInput, fromNothing } from "./_register.ts";

// Gradients of the operations that move entries or sum over axes, by the name of their kernel.

fromNothing("Cast", (dy) => tf.clone(dy));
fromNothing("Identity", (dy) => tf.clone(dy));
fromInput("ExpandDims", (dy, input) => tf.reshape(dy, input.shape), "input");
fromInput("Reshape", (dy, x) => tf.reshape(dy, x.shape));
fromNothing<{ dims: number[] }>("Reverse", (dy, { dims }) => tf.reverse(dy, dims));
fromNothing<{ perm: number[] }>("Transpose", (dy, { perm }) => tf.transpose(dy, undo(perm)));
fromInput<{ paddings: [number, number][] }>(
  "PadV2",
  (dy, x, { paddings }) => tf.slice(dy, paddings.map(([before]) => before), x.shape),
);
fromInput<{ begin: number[]; size: number[] }>("Slice", (dy, x, { begin, size }) => {
  const [from, sizes] = tf.slice_util.parseSliceParams(x, begin, size);
  return tf.pad(dy, x.shape.map((whole, axis) => [from[axis], whole - from[axis] - sizes[axis]]));
});

fromInput<{ axis: number | number[] }>("Sum", (dy, x, { axis }) => repeat(dy, x, axis));
fromInput<{ axis: number | number[] }>("Mean", (dy, x, { axis }) => {
  const count = tf.util.parseAxisParam(axis, x.shape).reduce((product, axis) => product * x.shape[axis], 1);
  return tf.div(repeat(dy, x, axis), count);
});
tf.registerGradient({
  kernelName: "Max",
  inputsToSave: ["x"],
  outputsToSave: [true],
  gradFunc: (dy, [x, top], attributes) => {
    const shape = keptShape(x, attributes.reductionIndices as number[]);
    return {
      x: () => tf.mul(tf.reshape(dy as tf.Tensor, shape), tf.equal(x, tf.reshape(top, shape))),
    };
  },
});

fromNothing<{ axis: number }>("SplitV", (dy, { axis }) => tf.concat(dy as unknown as tf.Tensor[], axis));
tf.registerGradient({
  kernelName: "Unpack",
  gradFunc: (dys, _, { axis }) => ({ value: () => tf.stack(dys as tf.Tensor[], axis as number) }),
});
tf.registerGradient({
  kernelName: "Pack",
  saveAllInputs: true,
  gradFunc: (dy, _, { axis }) => eachOf(tf.unstack(dy as tf.Tensor, axis as number)),
});
tf.registerGradient({
  kernelName: "Concat",
  saveAllInputs: true,
  gradFunc: (dy, parts, attributes) => {
    const [axis] = tf.util.parseAxisParam(attributes.axis as number, parts[0].shape);
    return eachOf(tf.split(dy as tf.Tensor, parts.map(({ shape }) => shape[axis]), axis));
  },
});

/** Gradients of a list of inputs, by place. */
const eachOf = (gradients: tf.Tensor[]): Record<string, () => tf.Tensor> =>
  Object.fromEntries(gradients.map((gradient, i) => [i, () => gradient]));

/** The permutation that turns `perm` back. */
const undo = (perm: number[]): number[] => perm.map((_, axis) => perm.indexOf(axis));

/** The shape of x with length 1 along the axes that were summed. */
function keptShape({ shape }: tf.Tensor, axis: number | number[]): number[] {
  const axes = tf.util.parseAxisParam(axis, shape);
  return shape.map((size, i) => axes.includes(i) ? 1 : size);
}

/** The gradient of a sum, once for each of its terms. */
const repeat = (dy: tf.Tensor, x: tf.Tensor, axis: number | number[]): tf.Tensor =>
  tf.mul(tf.reshape(dy, keptShape(x, axis)), tf.ones(x.shape));
