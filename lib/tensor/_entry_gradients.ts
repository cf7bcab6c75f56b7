import * as tf from "@tensorflow/tfjs-core";
import { fromBoth, fromInput, fromNothing, fromOutput, sumTo } from "./_register.ts";

// Gradients of the operations that work entry by entry, by the name of their kernel. TensorFlow.js keeps its own in a
// package that comes with all of its layers, loaders and backends; these are the ones that our models go through.

fromOutput("Exp", (dy, y) => tf.mul(dy, y));
fromInput("Erf", (dy, x) => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI))));
fromInput<{ alpha: number }>(
  "LeakyRelu",
  (dy, x, { alpha }) => tf.where(tf.greater(x, 0), dy, tf.mul(dy, alpha)),
);
fromInput("Log", (dy, x) => tf.div(dy, x));
fromNothing("Neg", (dy) => tf.neg(dy));
fromInput("Relu", (dy, x) => tf.mul(dy, tf.step(x)));
fromInput("Rsqrt", (dy, x) => tf.neg(tf.div(dy, tf.mul(tf.pow(x, 1.5), 2))));
fromOutput("Sigmoid", (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y))));
fromNothing("Sign", (dy) => tf.zerosLike(dy));
fromInput("Softplus", (dy, x) => tf.mul(dy, tf.sigmoid(x)));
fromInput("Sqrt", (dy, x) => tf.div(dy, tf.mul(tf.sqrt(x), 2)));
fromInput("Square", (dy, x) => tf.mul(dy, tf.mul(x, 2)));
fromNothing("Step", (dy) => tf.zerosLike(dy));
fromOutput("Tanh", (dy, y) => tf.mul(tf.sub(1, tf.square(y)), dy));

fromBoth("Add", { a: (dy, a) => sumTo(dy, a), b: (dy, _, b) => sumTo(dy, b) });
fromBoth("Sub", { a: (dy, a) => sumTo(dy, a), b: (dy, _, b) => tf.neg(sumTo(dy, b)) });
fromBoth("Multiply", {
  a: (dy, a, b) => sumTo(tf.mul(dy, b), a),
  b: (dy, a, b) => sumTo(tf.mul(dy, a), b),
});
fromBoth("RealDiv", {
  a: (dy, a, b) => sumTo(tf.div(dy, b), a),
  b: (dy, a, b) => tf.neg(tf.div(sumTo(tf.mul(dy, a), b), tf.square(b))),
});
fromBoth("Maximum", {
  a: (dy, a, b) => sumTo(tf.mul(dy, tf.greaterEqual(a, b)), a),
  b: (dy, a, b) => sumTo(tf.mul(dy, tf.less(a, b)), b),
});
fromBoth("Minimum", {
  a: (dy, a, b) => sumTo(tf.mul(dy, tf.lessEqual(a, b)), a),
  b: (dy, a, b) => sumTo(tf.mul(dy, tf.greater(a, b)), b),
});
fromBoth("SquaredDifference", {
  a: (dy, a, b) => sumTo(tf.mul(dy, tf.mul(2, tf.sub(a, b))), a),
  b: (dy, a, b) => sumTo(tf.mul(dy, tf.mul(2, tf.sub(b, a))), b),
});

fromOutput<{ dim: number }>("Softmax", (dy, y, { dim }) => {
  const shares = tf.mul(dy, y);
  return tf.sub(shares, tf.mul(tf.sum(shares, [dim], true), y));
}, "logits");
fromOutput<{ axis: number }>(
  "LogSoftmax",
  (dy, y, { axis }) => tf.sub(dy, tf.mul(tf.sum(dy, axis, true), tf.exp(y))),
  "logits",
);

tf.registerGradient({
  kernelName: "AddN",
  saveAllInputs: true,
  gradFunc: (dy, terms) => Object.fromEntries(terms.map((_, i) => [i, () => tf.clone(dy as tf.Tensor)])),
});

interface Transposed {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

fromBoth<Transposed>("BatchMatMul", {
  a: (dy, _, b, { transposeA, transposeB }) =>
    transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB),
  b: (dy, a, _, { transposeA, transposeB }) =>
    transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false),
});
