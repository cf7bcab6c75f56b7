import * as tf from "../../tensor/mod.ts";
import { CAUSAL_CONV_SILU, CAUSAL_CONV_SILU_GRADIENT } from "../causal-conv-silu/op.ts";
import { runKernel, runKernels } from "../core/dispatch.ts";
import { GATED_RMS_NORM, RMS_NORM_GRADIENT } from "../rms-norm/op.ts";
import { scanGradients, scanStates } from "../ssd-scan/webgpu.ts";
import { tensorColumnSums } from "../webgpu/column_sums.ts";
import { type Inputs, registerWebgpu } from "../webgpu/register.ts";
import { type Direction, directionOf, DIRECTIONS } from "./inputs.ts";
import { MAMBA2_MIX, MAMBA2_MIX_GRADIENT, type MixAttributes, type MixDirection } from "./op.ts";
import { mixWidths } from "./reference.ts";

/** One direction up to what enters its scan. */
function enter({ projected, lengths }: Inputs, params: MixDirection, { reverse }: { reverse: boolean }) {
  const { features, heads, channels, state } = mixWidths(params);
  const [batch, length] = projected.shape;
  const [z, xbc, dt] = tf.split(projected, [features, channels, heads], 2);
  const conv = { x: xbc, weight: params.convWeight, bias: params.convBias, lengths };
  const [x, b, c] = tf.split(runKernel(CAUSAL_CONV_SILU, conv, { reverse }), [features, state, state], 2);
  const raw = tf.add(dt, params.dtBias);
  const scan = {
    x: tf.reshape(x, [batch, length, heads, features / heads]),
    dt: tf.softplus(raw),
    a: tf.neg(tf.exp(params.aLog)),
    b,
    c,
    d: params.d,
    lengths,
  };
  return { z, conv, raw, scan };
}

/** The output that the scan passes to the norm; padding is zero already, as its x and c are. */
const leave = (states: tf.Tensor, { x, d }: { x: tf.Tensor; d: tf.Tensor }): tf.Tensor =>
  tf.reshape(tf.add(states, tf.mul(x, tf.reshape(d, [-1, 1]))), [x.shape[0], x.shape[1]!, -1]);

registerWebgpu<MixAttributes>(MAMBA2_MIX, (inputs, { eps }) => {
  const [forward, reverse] = DIRECTIONS.map((direction) => {
    const params = directionOf(inputs, direction);
    const attributes = { reverse: direction === "reverse" };
    const { z, scan } = enter(inputs, params, attributes);
    const states = scanStates(scan, attributes);
    const mixed = runKernel(GATED_RMS_NORM, { y: leave(states, scan), weight: params.norm, z }, { eps });
    return { states, mixed };
  });
  return [tf.mul(tf.add(forward.mixed, reverse.mixed), 0.5), forward.states, reverse.states];
});

/** The gradients by projected and the parameters of one direction, in the order of `PARAMS`. */
function directionGradients(inputs: Inputs, direction: Direction, { eps }: MixAttributes): tf.Tensor[] {
  const params = directionOf(inputs, direction);
  const attributes = { reverse: direction === "reverse" };
  const { z, conv, raw, scan } = enter(inputs, params, attributes);
  const states = inputs[`${direction}.scan`];
  const half = tf.mul(inputs.dy, 0.5);
  const normed = { y: leave(states, scan), weight: params.norm, z, dy: half };
  const [dNorm, dLeft, dz] = runKernels(RMS_NORM_GRADIENT, normed, { eps });
  const dy = tf.reshape(dLeft, scan.x.shape);
  const [dx, dStep, da, db, dc, dd] = scanGradients({ ...scan, dy, states }, attributes);
  const dMixed = tf.concat([tf.reshape(dx, z.shape), db, dc], 2);
  const [dXbc, dWeight, dBias] = runKernels(CAUSAL_CONV_SILU_GRADIENT, { ...conv, dy: dMixed }, attributes);
  const dt = tf.mul(dStep, tf.sigmoid(raw));
  const dProjected = tf.concat([dz, dXbc, dt], 2);
  return [dProjected, dWeight, dBias, tensorColumnSums(dt), tf.mul(da, scan.a), dd, dNorm];
}

registerWebgpu<MixAttributes>(MAMBA2_MIX_GRADIENT, (inputs, attributes) => {
  const [forward, reverse] = DIRECTIONS.map((direction) =>
    tf.tidy(() => directionGradients(inputs, direction, attributes))
  );
  return [tf.add(forward[0], reverse[0]), ...forward.slice(1), ...reverse.slice(1)];
});
