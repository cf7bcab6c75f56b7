import * as tf from "@tensorflow/tfjs";
import { lengthMask } from "../mask.ts";
import { runProgram, THREADS } from "../webgpu/program.ts";
import { type Inputs, registerWebgpu } from "../webgpu/register.ts";
import { SSD_SCAN, SSD_SCAN_GRADIENT } from "./wasm.ts";

/** Steps whose vectors a workgroup fetches at once. */
const STEPS = 8;

/** `[B, L, H, width]`, or `[B, L, width]` where the heads share it. */
type Sequence = tf.Tensor;

/** One pass over the positions, from the first to the last or, backwards, the other way. */
interface Pass {
  /** What enters the state, a number a row of it. */
  readonly v: Sequence;
  /** What it is multiplied with, a number a column. */
  readonly q: Sequence;
  /** What the state is read with, a number a column. */
  readonly w: Sequence;
  /** By how much the state shrinks at each position, `[B, L, H]`. */
  readonly decay: tf.Tensor;
  readonly backwards: boolean;
  /** Whether the state shrinks after it is read (the transposed recurrence) and not before it is written. */
  readonly late: boolean;
}

/**
 * `S_t = decay_t S_{t-1} + v_t (x) q_t`, `out_t = S_t w_t`, `[B, L, H, width of v]`.
 *
 * A thread keeps one row of the state and walks the sequence: as many operations as the block decomposition takes, none
 * of its intermediate matrices, and the rounding of the plain recurrence. The scan and three parts of its gradient
 * are this one pass with other arguments.
 */
function pass({ v, q, w, decay, backwards, late }: Pass): tf.Tensor {
  const [batch, length, heads] = decay.shape;
  const rows = v.shape[v.rank - 1];
  const columns = q.shape[q.rank - 1];
  const blocks = Math.ceil(rows / THREADS);
  const shared = (sequence: Sequence) => Number(sequence.rank === 3);
  return runProgram({
    name: "kcfScanPass",
    inputs: { v, q, w, decay },
    shape: [batch, length, heads, rows],
    constants: {
      COLUMNS: columns,
      FOURS: Math.ceil(columns / 4),
      V_SHARED: shared(v),
      Q_SHARED: shared(q),
      W_SHARED: shared(w),
      BACKWARDS: Number(backwards),
      LATE: Number(late),
    },
    integers: { length, heads, rows, blocks, groups: batch * heads * blocks },
    threads: batch * heads * blocks * THREADS,
    code: PASS,
  });
}

const PASS = `
  const STEPS : i32 = ${STEPS};
  var<workgroup> qs : array<vec4<f32>, STEPS * FOURS>;
  var<workgroup> ws : array<vec4<f32>, STEPS * FOURS>;
  var<workgroup> decays : array<f32, STEPS>;

  fn placeOf(row : i32, head : i32, step : i32, isShared : i32) -> i32 {
    let t = select(step, uniforms.length - 1 - step, BACKWARDS == 1);
    let position = row * uniforms.length + t;
    return select(position * uniforms.heads + head, position, isShared == 1);
  }
  fn fourOfQ(place : i32, four : i32) -> vec4<f32> {
    var values = vec4<f32>(0.0);
    for (var i = 0; i < min(4, COLUMNS - 4 * four); i++) { values[i] = q[place * COLUMNS + 4 * four + i]; }
    return values;
  }
  fn fourOfW(place : i32, four : i32) -> vec4<f32> {
    var values = vec4<f32>(0.0);
    for (var i = 0; i < min(4, COLUMNS - 4 * four); i++) { values[i] = w[place * COLUMNS + 4 * four + i]; }
    return values;
  }

  fn main(index : i32) {
    let lane = index % THREADS;
    let group = min(index / THREADS, uniforms.groups - 1);
    let row = group / uniforms.blocks / uniforms.heads;
    let head = group / uniforms.blocks % uniforms.heads;
    let mine = group % uniforms.blocks * THREADS + lane;
    let live = index / THREADS < uniforms.groups && mine < uniforms.rows;
    var state : array<vec4<f32>, FOURS>;
    for (var start = 0; start < uniforms.length; start += STEPS) {
      let steps = min(STEPS, uniforms.length - start);
      for (var i = lane; i < steps * FOURS; i += THREADS) {
        qs[i] = fourOfQ(placeOf(row, head, start + i / FOURS, Q_SHARED), i % FOURS);
        ws[i] = fourOfW(placeOf(row, head, start + i / FOURS, W_SHARED), i % FOURS);
      }
      if (lane < steps) { decays[lane] = decay[placeOf(row, head, start + lane, 0)]; }
      workgroupBarrier();
      for (var step = 0; live && step < steps; step++) {
        let entering = v[placeOf(row, head, start + step, V_SHARED) * uniforms.rows + mine];
        let before = select(decays[step], 1.0, LATE == 1);
        let after = select(1.0, decays[step], LATE == 1);
        var sums = vec4<f32>(0.0);
        for (var i = 0; i < FOURS; i++) {
          let next = before * state[i] + entering * qs[step * FOURS + i];
          sums += next * ws[step * FOURS + i];
          state[i] = after * next;
        }
        let place = placeOf(row, head, start + step, 0);
        result[place * uniforms.rows + mine] = sums.x + sums.y + sums.z + sums.w;
      }
      workgroupBarrier();
    }
  }
`;

interface Attributes {
  readonly reverse: boolean;
}

/** Padding takes no step: nothing enters, and the decay is exp(0). */
function prepare({ x, dt, a, lengths }: Inputs) {
  const [batch, length, heads] = dt.shape;
  const mask = tf.reshape(lengthMask(lengths as tf.Tensor1D, length), [batch, length, 1]);
  const steps = tf.mul(dt, mask);
  const entering = tf.mul(x, tf.expandDims(steps, 3));
  return { mask, steps, entering, decay: tf.exp(tf.mul(steps, tf.reshape(a, [1, 1, heads]))) };
}

/** What the state gives, without the skip; the gradient needs it too. */
export function scanStates(inputs: Inputs, { reverse }: Attributes): tf.Tensor {
  return tf.tidy(() => {
    const { entering: v, decay } = prepare(inputs);
    return pass({ v, q: inputs.b, w: inputs.c, decay, backwards: reverse, late: false });
  });
}

registerWebgpu<Attributes>(SSD_SCAN, (inputs, attributes) => {
  const { x, d, lengths } = inputs;
  const y = tf.add(scanStates(inputs, attributes), tf.mul(x, tf.reshape(d, [-1, 1])));
  const [batch, length] = x.shape;
  return tf.mul(y, tf.reshape(lengthMask(lengths as tf.Tensor1D, length), [batch, length, 1, 1]));
});

/**
 * Sums of `[B, L, H]` from each position to the last of the scan. tfjs's cumulative sum keeps the first length that it
 * was compiled for.
 */
const sumsToEnd = (x: tf.Tensor, reverse: boolean): tf.Tensor =>
  runProgram({
    name: "kcfSumsToEnd",
    inputs: { x },
    shape: x.shape,
    constants: { REVERSE: Number(reverse) },
    integers: { length: x.shape[1]!, heads: x.shape[2]! },
    threads: x.shape[0] * x.shape[2]!,
    code: `
      fn main(index : i32) {
        let row = index / uniforms.heads;
        if (row * uniforms.length * uniforms.heads >= uniforms.size) { return; }
        var sum = 0.0;
        for (var step = 0; step < uniforms.length; step++) {
          let t = select(uniforms.length - 1 - step, step, REVERSE == 1);
          let at = (row * uniforms.length + t) * uniforms.heads + index % uniforms.heads;
          sum += x[at];
          result[at] = sum;
        }
      }`,
  });

/**
 * The gradients by x, dt, a, b, c, d, from `states` as {@linkcode scanStates} gives them.
 *
 * With g the gradient by the state, the log of each decay has the gradient `sum_{s >= t} dy_s y_s - <g_s, v_s q_s>`: what
 * flows through a decay is what comes out after it less what went in after it, so no state is needed.
 */
export function scanGradients(inputs: Inputs & { states: tf.Tensor }, { reverse }: Attributes): tf.Tensor[] {
  return tf.tidy(() => {
    const { x, a, b, c, d, states } = inputs;
    const { mask, steps, entering, decay } = prepare(inputs);
    const dy = tf.mul(inputs.dy, tf.expandDims(mask, 3));
    const forth = { decay, backwards: reverse, late: false };
    const back = { decay, backwards: !reverse, late: true };
    const dEntering = pass({ v: dy, q: c, w: b, ...back });
    const through = tf.sum(tf.mul(x, dEntering), 3);
    const out = tf.sum(tf.mul(dy, states), 3);
    const dLogDecay = sumsToEnd(tf.sub(out, tf.mul(steps, through)), reverse);
    const heads = tf.reshape(a, [1, 1, -1]);
    return [
      tf.add(tf.mul(dEntering, tf.expandDims(steps, 3)), tf.mul(dy, tf.reshape(d, [-1, 1]))),
      tf.mul(tf.add(through, tf.mul(heads, dLogDecay)), mask),
      tf.sum(tf.mul(steps, dLogDecay), [0, 1]),
      tf.sum(pass({ v: c, q: dy, w: entering, ...back }), 2),
      tf.sum(pass({ v: b, q: entering, w: dy, ...forth }), 2),
      tf.sum(tf.mul(dy, x), [0, 1, 3]),
    ];
  });
}

registerWebgpu<Attributes>(
  SSD_SCAN_GRADIENT,
  (inputs, attributes) => scanGradients({ ...inputs, states: scanStates(inputs, attributes) }, attributes),
);
