import * as tf from "../../tensor/mod.ts";
import { runKernel } from "../core/dispatch.ts";
import { lengthMask } from "../core/mask.ts";
import { registerTensorflow } from "../tensorflow/register.ts";
import { CAUSAL_CONV_SILU, CAUSAL_CONV_SILU_GRADIENT, type ConvAttributes } from "./op.ts";

/** A depthwise convolution of `[B, L, channels]`, causal or, in reverse, anti-causal. */
export interface Convolution {
  /** `[channels, taps]`. */
  readonly weight: tf.Tensor;
  /** `[channels]`. */
  readonly bias: tf.Tensor;
  readonly reverse: boolean;
  /** Positions of zeros to append to the result (default 0). */
  readonly extra?: number;
}

const SETTINGS = { strides: [1, 1], pad: "valid", dataFormat: "NHWC", dilations: [1, 1] };

/** The convolution before its SiLU, `[B, L + extra, channels]`; x is zero at padding. */
export function convolve(x: tf.Tensor, convolution: Convolution): tf.Tensor {
  const { padded, filter } = prepare(x, convolution);
  const out = runKernel("DepthwiseConv2dNative", { x: padded, filter }, SETTINGS);
  return tf.add(tf.squeeze(out, [1]), convolution.bias);
}

/** Gradients of {@linkcode convolve} by x, weight and bias; in reverse the filter stands turned around. */
export function convolveGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  convolution: Convolution,
): { x: tf.Tensor; weight: tf.Tensor; bias: tf.Tensor } {
  const { padded, filter, before } = prepare(x, convolution);
  const [rows, length, channels] = x.shape;
  const row = tf.expandDims(dy, 1);
  const dPadded = runKernel("DepthwiseConv2dNativeBackpropInput", { dy: row, filter }, {
    ...SETTINGS,
    inputShape: padded.shape,
  });
  const dFilter = runKernel("DepthwiseConv2dNativeBackpropFilter", { x: padded, dy: row }, {
    ...SETTINGS,
    filterShape: filter.shape,
  });
  const taps = tf.transpose(tf.squeeze(dFilter, [0, 3]));
  return {
    x: tf.reshape(tf.slice(dPadded, [0, 0, before, 0], [rows, 1, length, channels]), x.shape),
    weight: convolution.reverse ? tf.reverse(taps, 1) : taps,
    bias: tf.sum(dy, [0, 1]),
  };
}

/** Everything as an image one pixel high: zeros on the side that is heard, and the filter as it meets it. */
function prepare(x: tf.Tensor, { weight, reverse, extra = 0 }: Convolution) {
  const taps = weight.shape[1]!;
  const [before, after] = reverse ? [0, taps - 1 + extra] : [taps - 1, extra];
  const padded = tf.expandDims(tf.pad(x, [[0, 0], [before, after], [0, 0]]), 1);
  const turned = tf.transpose(reverse ? tf.reverse(weight, 1) : weight);
  return { padded, filter: tf.expandDims(tf.expandDims(turned, 0), 3), before };
}

/** The slope of `v sigmoid(v)` times dy. */
export function siluGradient(v: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  const gate = tf.sigmoid(v);
  return tf.mul(dy, tf.mul(gate, tf.add(tf.mul(v, tf.sub(1, gate)), 1)));
}

registerTensorflow<ConvAttributes>(CAUSAL_CONV_SILU, ({ x, weight, bias, lengths }, { reverse }) => {
  const mask = maskOf(x, lengths);
  const sum = convolve(tf.mul(x, mask), { weight, bias, reverse });
  return tf.mul(tf.mul(sum, tf.sigmoid(sum)), mask);
});

registerTensorflow<ConvAttributes>(
  CAUSAL_CONV_SILU_GRADIENT,
  ({ x, weight, bias, lengths, dy }, { reverse }) => {
    const mask = maskOf(x, lengths);
    const open = tf.mul(x, mask);
    const convolution = { weight, bias, reverse };
    const slope = siluGradient(convolve(open, convolution), tf.mul(dy, mask));
    const gradients = convolveGradient(open, slope, convolution);
    return [tf.mul(gradients.x, mask), gradients.weight, gradients.bias];
  },
);

/** `[B, L, 1]`. */
const maskOf = (x: tf.Tensor, lengths: tf.Tensor): tf.Tensor =>
  tf.expandDims(lengthMask(lengths as tf.Tensor1D, x.shape[1]!), 2);
