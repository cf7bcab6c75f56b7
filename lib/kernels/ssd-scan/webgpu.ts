import * as tf from "../../tensor/mod.ts";
import { lengthMask } from "../core/mask.ts";
import { tensorColumnSums } from "../webgpu/column_sums.ts";
import { type Inputs, registerWebgpu } from "../webgpu/register.ts";
import { type ScanAttributes, SSD_SCAN, SSD_SCAN_GRADIENT } from "./op.ts";
import { pass } from "./webgpu_pass.ts";
import { dots, sumOverHeads, sumsToEnd } from "./webgpu_sums.ts";

type Direction = Pick<ScanAttributes, "reverse">;

/** Padding takes no step: nothing enters, and the decay is exp(0). */
function prepare({ x, dt, a, lengths }: Inputs) {
  const [batch, length, heads] = dt.shape;
  const mask = tf.reshape(lengthMask(lengths as tf.Tensor1D, length), [batch, length, 1]);
  const steps = tf.mul(dt, mask);
  const entering = tf.mul(x, tf.expandDims(steps, 3));
  return { mask, steps, entering, decay: tf.exp(tf.mul(steps, tf.reshape(a, [1, 1, heads]))) };
}

/** The contribution of the state, without the skip; the gradient needs it too. */
export function scanStates(inputs: Inputs, { reverse }: Direction): tf.Tensor {
  return tf.tidy(() => {
    const { entering: v, decay } = prepare(inputs);
    return pass({ v, q: inputs.b, w: inputs.c, decay, backwards: reverse, late: false });
  });
}

registerWebgpu<ScanAttributes>(SSD_SCAN, (inputs, attributes) => {
  const { x, d, lengths } = inputs;
  const y = tf.add(scanStates(inputs, attributes), tf.mul(x, tf.reshape(d, [-1, 1])));
  const [batch, length] = x.shape;
  return tf.mul(y, tf.reshape(lengthMask(lengths as tf.Tensor1D, length), [batch, length, 1, 1]));
});

/**
 * The gradients by x, dt, a, b, c, d, from `states` as {@linkcode scanStates} gives them.
 *
 * With g the gradient by the state, the log of each decay has the gradient `sum_{s >= t} dy_s y_s - <g_s, v_s q_s>`: what
 * flows through a decay is what comes out after it less what went in after it, so no state is needed.
 */
export function scanGradients(inputs: Inputs & { states: tf.Tensor }, { reverse }: Direction): tf.Tensor[] {
  return tf.tidy(() => {
    const { x, a, b, c, d, states } = inputs;
    const { mask, steps, entering, decay } = prepare(inputs);
    const dy = tf.mul(inputs.dy, tf.expandDims(mask, 3));
    const forth = { decay, backwards: reverse, late: false };
    const back = { decay, backwards: !reverse, late: true };
    const dEntering = pass({ v: dy, q: c, w: b, ...back });
    const through = dots(x, dEntering);
    const out = dots(dy, states);
    const dLogDecay = sumsToEnd(tf.sub(out, tf.mul(steps, through)), reverse);
    const heads = tf.reshape(a, [1, 1, -1]);
    return [
      tf.add(tf.mul(dEntering, tf.expandDims(steps, 3)), tf.mul(dy, tf.reshape(d, [-1, 1]))),
      tf.mul(tf.add(through, tf.mul(heads, dLogDecay)), mask),
      tensorColumnSums(tf.mul(steps, dLogDecay)),
      sumOverHeads(pass({ v: c, q: dy, w: entering, ...back })),
      sumOverHeads(pass({ v: b, q: entering, w: dy, ...forth })),
      tensorColumnSums(dots(dy, x)),
    ];
  });
}

registerWebgpu<ScanAttributes>(
  SSD_SCAN_GRADIENT,
  (inputs, attributes) => scanGradients({ ...inputs, states: scanStates(inputs, attributes) }, attributes),
);
