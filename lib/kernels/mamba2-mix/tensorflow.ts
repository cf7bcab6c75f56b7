import * as tf from "../../tensor/mod.ts";
import { convolve, convolveGradient, siluGradient } from "../causal-conv-silu/tensorflow.ts";
import { lengthMask } from "../core/mask.ts";
import { chunksOf, scanChunks, scanChunksGradient } from "../ssd-scan/tensorflow.ts";
import { registerTensorflow } from "../tensorflow/register.ts";
import { type Direction, directionOf, DIRECTIONS, PARAMS } from "./inputs.ts";
import { MAMBA2_MIX, MAMBA2_MIX_GRADIENT, type MixAttributes, type MixDirection } from "./op.ts";
import { mixWidths } from "./reference.ts";

type Named = Record<string, tf.Tensor>;

registerTensorflow<MixAttributes>(MAMBA2_MIX, (inputs, { chunk, eps }) => {
  const shared = share(inputs, chunk);
  const scans = DIRECTIONS.map((direction) =>
    tf.tidy(() => {
      const { scan } = enterScan(shared, directionOf(inputs, direction), direction);
      return shared.join(scanChunks(scan, direction === "reverse"));
    })
  );
  const mixed = DIRECTIONS.map((direction, i) => {
    const { norm } = directionOf(inputs, direction);
    const { normal } = normalise(scans[i], shared, eps);
    return tf.mul(normal, tf.mul(norm, 0.5));
  });
  return [tf.add(mixed[0], mixed[1]), ...scans];
});

registerTensorflow<MixAttributes>(MAMBA2_MIX_GRADIENT, (inputs, { chunk, eps }) => {
  const shared = share(inputs, chunk);
  const parts = DIRECTIONS.map((direction) =>
    tf.tidy(() => { // what one direction needs is freed before the other begins
      const params = directionOf(inputs, direction);
      const scan = inputs[`${direction}.scan`];
      const { gate, norm, scan: dScan } = normaliseGradient(
        { scan, dy: inputs.dy, norm: params.norm },
        shared,
        eps,
      );
      return { gate, norm, ...enterGradient({ scan, dScan }, { shared, params, direction }) };
    })
  );
  const both = (name: "gate" | "xbc" | "dt") => tf.add(parts[0][name], parts[1][name]);
  const dProjected = tf.concat([siluGradient(shared.z, both("gate")), both("xbc"), both("dt")], 2);
  return [dProjected, ...parts.flatMap((part) => PARAMS.map((param) => part[param]))];
});

type Shared = ReturnType<typeof share>;

/** The inputs that both directions take from the projection. Padding is zero before the convolutions and after the norms. */
function share(inputs: Named, chunk: number) {
  const { features, heads, channels, state } = mixWidths(directionOf(inputs, "forward"));
  const [rows, length] = inputs.projected.shape;
  const { chunks, size } = chunksOf(length!, chunk);
  const extra = chunks * size - length!;
  const mask = tf.expandDims(lengthMask(inputs.lengths as tf.Tensor1D, length!), 2);
  const [z, xbc, dt] = tf.split(inputs.projected, [features, channels, heads], 2);
  const cut = (t: tf.Tensor, ...shape: number[]): tf.Tensor => {
    const missing = length! + extra - t.shape[1]!; // none where the convolution has appended them
    const whole = missing > 0 ? tf.pad(t, [[0, 0], [0, missing], [0, 0]]) : t;
    return tf.reshape(whole, [rows, chunks, size, ...shape]);
  };
  const join = (t: tf.Tensor): tf.Tensor => {
    const whole = tf.reshape(t, [rows, chunks * size, -1]);
    return extra > 0 ? tf.slice(whole, [0, 0, 0], [rows, length!, whole.shape[2]!]) : whole;
  };
  const widths = [features, state, state];
  const perHead = features / heads;
  return {
    z,
    gate: tf.mul(z, tf.sigmoid(z)),
    xbc: tf.mul(xbc, mask),
    dt,
    mask,
    extra,
    heads,
    perHead,
    state,
    widths,
    cut,
    join,
  };
}

/** One direction up to what enters its scan, which begins and ends at whole chunks. */
function enterScan(shared: Shared, params: MixDirection, direction: Direction) {
  const { xbc, dt, mask, extra, heads, perHead, state, widths, cut } = shared;
  const convolution = {
    weight: params.convWeight,
    bias: params.convBias,
    reverse: direction === "reverse",
    extra,
  };
  const sums = convolve(xbc, convolution);
  const [x, b, c] = tf.split(tf.mul(sums, tf.sigmoid(sums)), widths, 2);
  const raw = tf.add(dt, params.dtBias);
  const scan = {
    x: cut(x, heads, perHead),
    dt: cut(tf.mul(tf.softplus(raw), mask), heads),
    a: tf.neg(tf.exp(params.aLog)),
    b: cut(b, state),
    c: cut(c, state),
    d: params.d,
  };
  return { convolution, sums, raw, scan };
}

/** Gradients of {@linkcode enterScan} and of the scan, by the projection and by the direction's parameters. */
function enterGradient(
  { scan: y, dScan }: { scan: tf.Tensor; dScan: tf.Tensor },
  { shared, params, direction }: { shared: Shared; params: MixDirection; direction: Direction },
) {
  const { xbc, mask, heads, perHead, cut, join } = shared;
  const { convolution, sums, raw, scan } = enterScan(shared, params, direction);
  const gradients = scanChunksGradient(scan, {
    reverse: convolution.reverse,
    y: cut(y, heads, perHead),
    dy: cut(dScan, heads, perHead),
  });
  const { x, b, c } = gradients;
  const [rows, length] = sums.shape;
  const flat = [x, b, c].map((t) => tf.reshape(t, [rows, length!, -1]));
  const conv = convolveGradient(xbc, siluGradient(sums, tf.concat(flat, 2)), convolution);
  const dt = tf.mul(join(gradients.dt), tf.mul(tf.sigmoid(raw), mask));
  return {
    xbc: tf.mul(conv.x, mask),
    dt,
    convWeight: conv.weight,
    convBias: conv.bias,
    dtBias: tf.sum(dt, [0, 1]),
    aLog: tf.mul(gradients.a, scan.a), // a = -exp(aLog) is its own slope
    d: gradients.d,
  };
}

/** The gated scan over its root mean square, zero at padding. */
function normalise(scan: tf.Tensor, { gate, mask }: Shared, eps: number) {
  const gated = tf.mul(scan, gate);
  const rate = tf.mul(tf.rsqrt(tf.add(tf.mean(tf.square(gated), 2, true), eps)), mask); // [B, L, 1]
  return { rate, normal: tf.mul(gated, rate) };
}

/** Gradients of half a direction's norm, by its scan, the gate and the scale. */
function normaliseGradient(
  { scan, dy, norm }: { scan: tf.Tensor; dy: tf.Tensor; norm: tf.Tensor },
  shared: Shared,
  eps: number,
) {
  const { rate, normal } = normalise(scan, shared, eps);
  const halved = tf.mul(dy, tf.mul(norm, 0.5));
  const along = tf.mean(tf.mul(halved, normal), 2, true);
  const dGated = tf.mul(tf.sub(halved, tf.mul(normal, along)), rate);
  return {
    scan: tf.mul(dGated, shared.gate),
    gate: tf.mul(dGated, scan),
    norm: tf.mul(tf.sum(tf.mul(dy, normal), [0, 1]), 0.5),
  };
}
