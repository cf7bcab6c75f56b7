import * as tf from "@tensorflow/tfjs-core";

type Slope<A> = (dy: tf.Tensor, value: tf.Tensor, attributes: A) => tf.Tensor;

/** Registers the gradient of a kernel with one input, from that input. */
export function fromInput<A = tf.NamedAttrMap>(kernelName: string, slope: Slope<A>, input = "x"): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: [input],
    gradFunc: (dy, [x], attributes) => ({ [input]: () => slope(dy as tf.Tensor, x, attributes as A) }),
  });
}

/** Registers the gradient of a kernel with one input, from its result. */
export function fromOutput<A = tf.NamedAttrMap>(kernelName: string, slope: Slope<A>, input = "x"): void {
  tf.registerGradient({
    kernelName,
    outputsToSave: [true],
    gradFunc: (dy, [y], attributes) => ({ [input]: () => slope(dy as tf.Tensor, y, attributes as A) }),
  });
}

/** Registers the gradient of a kernel that only moves entries, or leaves no trace of them: it needs no values. */
export function fromNothing<A = tf.NamedAttrMap>(
  kernelName: string,
  slope: (dy: tf.Tensor, attributes: A) => tf.Tensor,
): void {
  tf.registerGradient({
    kernelName,
    gradFunc: (dy, _, attributes) => ({ x: () => slope(dy as tf.Tensor, attributes as A) }),
  });
}

type Slope2<A> = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor, attributes: A) => tf.Tensor;

/** Registers the gradients of a kernel with inputs a and b. */
export function fromBoth<A = tf.NamedAttrMap>(
  kernelName: string,
  slopes: { a: Slope2<A>; b: Slope2<A> },
): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc: (given, [a, b], attributes) => {
      const dy = given as tf.Tensor;
      return { a: () => slopes.a(dy, a, b, attributes as A), b: () => slopes.b(dy, a, b, attributes as A) };
    },
  });
}

/**
 * Sums a gradient over the axes along which an input of this shape was repeated. Always a new tensor: the tape disposes
 * of a gradient once it has added another to it.
 */
export function sumTo(gradient: tf.Tensor, { shape }: tf.Tensor): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape);
}
