// The gradient of the scan in ./scan, chunk by chunk from the last to the first, in its names.
import { gemm } from "./gemm";
import {
  F, H, L, N, P, Q, a, advance, chunkB, chunkC, chunkGrad, chunkX, chunkY, columnSums, d, decays,
  direct, dt, fillDecays, fromStart, gradScores, gradState, gradSums, gradU, gradY, layOut,
  lengthOf, loadChunk, multiplyLower, position, products, read, rowSums, scaleHeads, scores, states,
  steps, strideB, strideC, strideDt, strideX, sums, toEnd, weighted, written, x,
} from "./scan";
import { addScaled, at, copy, dot, laneSum, scaleTo, zero } from "./vector";

// Gradients have the strides of the inputs they belong to; a and d are sums over all positions in float64.
let dy: usize, strideDy: i32;
let dx: usize, ddt: usize, db: usize, dc: usize;
let sumA: usize, sumD: usize;

/**
 * Gradients of everything from dy, states recomputed. Gradients of padded positions are 0.
 * `sumsAD` holds 2 H float64 zeros and receives the gradients of a, then of d.
 */
export function scanBackward(
  rows: i32, gradOut: usize, stepDy: i32,
  outX: usize, outDt: usize, outB: usize, outC: usize, sumsAD: usize, scratch: usize,
): void {
  layOut(scratch);
  dy = gradOut; strideDy = stepDy;
  dx = outX; ddt = outDt; db = outB; dc = outC;
  sumA = sumsAD; sumD = sumsAD + ((<usize> H) << 3);
  for (let row = 0; row < rows; row++) {
    const n = lengthOf(row);
    const chunks = (n + Q - 1) / Q;
    zero(states, N * F);
    for (let k = 0; k + 1 < chunks; k++) {
      loadChunk(row, n, k * Q, Q);
      advance(at(states, (k + 1) * N * F), at(states, k * N * F), Q);
    }
    for (let k = chunks - 1; k >= 0; k--) chunkBackward(row, n, k * Q, min(Q, n - k * Q));
    for (let t = row * L + n; t < (row + 1) * L; t++) clearPosition(t);
  }
}

function clearPosition(t: i32): void {
  zero(at(dx, t * strideX), F);
  zero(at(ddt, t * strideDt), H);
  zero(at(db, t * strideB), N);
  zero(at(dc, t * strideC), N);
}

function chunkBackward(row: i32, n: i32, start: i32, q: i32): void {
  const first = start == 0, last = start + q == n;
  const state = at(states, start / Q * N * F);
  loadChunk(row, n, start, q);
  for (let i = 0; i < q; i++) copy(at(gradY, i * F), at(dy, position(row, n, start + i) * strideDy), F);

  fromStateAfter(last, q);
  gemm(0, 1, q, q, N, chunkC, N, chunkB, N, 0, scores, q);
  zero(gradScores, q * q);
  for (let h = 0; h < H; h++) headBackward(h, q);

  scaleHeads(chunkY, gradY, fromStart, q); // dy exp(s_i): what reaches the entering state and C
  gemm(0, 0, q, N, q, gradScores, q, chunkB, N, 0, chunkGrad, N);
  throughState(first, state, q);
  scatterRows(dc, strideC, row, n, start, q);
  gemm(1, 0, q, N, q, gradScores, q, chunkC, N, 0, chunkGrad, N);
  if (!last) {
    scaleHeads(weighted, chunkX, toEnd, q);
    gemm(0, 1, q, N, F, weighted, F, gradState, F, 1, chunkGrad, N);
  }
  scatterRows(db, strideB, row, n, start, q);

  for (let i = 0; i < q; i++) positionBackward(i, position(row, n, start + i));
  for (let h = 0; h < H; h++) stepsBackward(h, row, n, start, q, first || last ? 0 : carried(h, state, q));
  if (!first) stateBackward(last, q);
}

/** gradU, the gradient of dt x, as far as it comes from the state after the chunk; `written` is <dt x, gradU>. */
function fromStateAfter(last: bool, q: i32): void {
  zero(written, H * Q);
  if (last) {
    zero(gradU, q * F);
    return;
  }
  gemm(0, 0, q, F, N, chunkB, N, gradState, F, 0, gradU, F);
  scaleHeads(gradU, gradU, toEnd, q);
  for (let h = 0; h < H; h++) {
    for (let i = 0; i < q; i++) {
      const offset = i * F + h * P;
      store<f32>(at(written, h * Q + i), dot(at(chunkX, offset), at(gradU, offset), P));
    }
  }
}

/** Adds what the entering state gives to the gradient of C; `read` is its share of <dy, y>. */
function throughState(first: bool, state: usize, q: i32): void {
  zero(read, H * Q);
  if (first) return;
  for (let h = 0; h < H; h++) {
    gemm(0, 1, q, N, P, at(chunkY, h * P), F, at(state, h * P), F, 0, products, N);
    for (let i = 0; i < q; i++) {
      store<f32>(at(read, h * Q + i), dot(at(chunkC, i * N), at(products, i * N), N));
    }
    addScaled(chunkGrad, products, 1, q * N);
  }
}

/** Adds what head h gives within the chunk to gradU and to the gradient of C B^T. */
function headBackward(h: i32, q: i32): void {
  fillDecays(h, q);
  gemm(0, 1, q, q, P, at(gradY, h * P), F, at(chunkX, h * P), F, 0, products, q);
  multiplyLower(products, products, decays, q);
  addScaled(gradScores, products, 1, q * q);
  sumBelowDiagonal(h, q);
  multiplyLower(decays, decays, scores, q);
  gemm(1, 0, q, P, q, decays, q, at(gradY, h * P), F, 1, at(gradU, h * P), F);
}

/** Row and column sums of w = products scores, without the diagonal: what each (i, j) gives to <dy_i, y_i>. */
function sumBelowDiagonal(h: i32, q: i32): void {
  const columns = at(columnSums, h * Q);
  zero(columns, q);
  for (let i = 0; i < q; i++) {
    const left = at(products, i * q), right = at(scores, i * q);
    let sum = f32x4.splat(0);
    let j = 0;
    for (; j + 4 <= i; j += 4) {
      const w = f32x4.mul(v128.load(at(left, j)), v128.load(at(right, j)));
      sum = f32x4.add(sum, w);
      v128.store(at(columns, j), f32x4.add(w, v128.load(at(columns, j))));
    }
    let total = laneSum(sum);
    for (; j < i; j++) {
      const w = load<f32>(at(left, j)) * load<f32>(at(right, j));
      total += w;
      store<f32>(at(columns, j), w + load<f32>(at(columns, j)));
    }
    store<f32>(at(rowSums, h * Q + i), total);
  }
}

/** Rows of `chunkGrad` `[q, N]` to their positions. */
function scatterRows(out: usize, stride: i32, row: i32, n: i32, start: i32, q: i32): void {
  for (let i = 0; i < q; i++) copy(at(out, position(row, n, start + i) * stride), at(chunkGrad, i * N), N);
}

/** dx, the direct part of ddt, and dd. */
function positionBackward(i: i32, t: i32): void {
  for (let h = 0; h < H; h++) {
    const inX = at(x, t * strideX + h * P), grad = at(gradY, i * F + h * P), u = at(gradU, i * F + h * P);
    const out = at(dx, t * strideX + h * P), skip = sumD + ((<usize> h) << 3);
    scaleTo(out, grad, load<f32>(at(d, h)), P);
    addScaled(out, u, load<f32>(at(steps, h * Q + i)), P);
    store<f32>(at(direct, h * Q + i), dot(inX, u, P));
    store<f64>(skip, load<f64>(skip) + <f64> dot(inX, grad, P));
  }
}

/** What passes the whole chunk from state to state: exp(s_last) <state before, gradient of the state after>. */
function carried(h: i32, state: usize, q: i32): f32 {
  let sum: f32 = 0;
  for (let n = 0; n < N; n++) sum += dot(at(state, n * F + h * P), at(gradState, n * F + h * P), P);
  return sum * load<f32>(at(fromStart, h * Q + q - 1));
}

/**
 * ddt and da. The decay of position i scales every path from before i to i or later: within the chunk (`across`,
 * kept up to date by row and column sums), from the entering state to a later read, from an earlier write to the
 * state after, and through the whole chunk. Paths that stay on one side never enter, so nothing large cancels.
 */
function stepsBackward(h: i32, row: i32, n: i32, start: i32, q: i32, through: f32): void {
  const first = h * Q;
  let later: f32 = 0;
  for (let i = q - 1; i >= 0; i--) {
    later += load<f32>(at(read, first + i));
    store<f32>(at(gradSums, first + i), later);
  }
  const rate = load<f32>(at(a, h)), total = sumA + ((<usize> h) << 3);
  let across: f32 = 0, earlier: f32 = through;
  for (let i = 0; i < q; i++) {
    const grad = load<f32>(at(gradSums, first + i)) + across + earlier;
    const out = at(ddt, position(row, n, start + i) * strideDt + h);
    store<f32>(out, load<f32>(at(direct, first + i)) + rate * grad);
    store<f64>(total, load<f64>(total) + <f64> (load<f32>(at(steps, first + i)) * grad));
    across += load<f32>(at(columnSums, first + i)) - load<f32>(at(rowSums, first + i));
    earlier += load<f32>(at(written, first + i));
  }
}

/** Gradient of the state before the chunk: exp(s_last) of the one after, plus C^T (dy exp(s_i)). */
function stateBackward(last: bool, q: i32): void {
  if (last) zero(gradState, N * F);
  else {
    for (let n = 0; n < N; n++) {
      for (let h = 0; h < H; h++) {
        const block = at(gradState, n * F + h * P);
        scaleTo(block, block, load<f32>(at(fromStart, h * Q + q - 1)), P);
      }
    }
  }
  gemm(1, 0, N, F, q, chunkC, N, chunkY, F, 1, gradState, F);
}
