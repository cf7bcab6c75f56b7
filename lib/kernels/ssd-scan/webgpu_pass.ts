import type * as tf from "../../tensor/mod.ts";
import { runProgram, THREADS } from "../webgpu/program.ts";

/** Steps whose vectors a workgroup fetches at once. */
const STEPS = 8;

/** `[B, L, H, width]`, or `[B, L, width]` where the heads share it. */
type Sequence = tf.Tensor;

/** One pass over the positions, from the first to the last or, backwards, the other way. */
export interface Pass {
  /** The input to the state, one number per row of it. */
  readonly v: Sequence;
  /** The factor of the input, one number per column. */
  readonly q: Sequence;
  /** The vector that reads the state, one number per column. */
  readonly w: Sequence;
  /** By how much the state shrinks at each position, `[B, L, H]`. */
  readonly decay: tf.Tensor;
  readonly backwards: boolean;
  /** True if the state shrinks after it is read (the transposed recurrence), not before it is written. */
  readonly late: boolean;
}

/**
 * `S_t = decay_t S_{t-1} + v_t (x) q_t`, `out_t = S_t w_t`, `[B, L, H, width of v]`.
 *
 * A thread keeps one row of the state and walks the sequence: the same number of operations as the block decomposition, none
 * of its intermediate matrices, and the rounding of the plain recurrence. The scan and three parts of its gradient
 * are this one pass with other arguments.
 */
export function pass({ v, q, w, decay, backwards, late }: Pass): tf.Tensor {
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
