// Mamba-2's scan as the recurrence that it is (Dao and Gu 2024, section 2): the state of a head, h_i = exp(dt_i a) h_{i-1}
// + dt_i b_i (x) x_i, [N, P], is read by y_i = c_i h_i. Sixteen columns of the state walk down the positions together;
// their N rows stay in the first-level cache, and for four numbers of the state a position costs two multiply-adds, one
// to write and one to read, which is as little as the formula allows.
//
// The decay itself costs nothing. The state is kept divided by the decay since some position: s = h exp(-S), with S the
// sum of dt a since then. So x is multiplied by exp(-S) on its way in, and y by exp(S) on its way out. Only when S falls
// below -REACH is the state multiplied by exp(S), and S begins anew at 0. No number is more than exp(REACH) away from
// what it stands for, and none becomes subnormal, which would slow everything down.
//
// Names: n unpadded positions of a row of L, H heads of width P, F = H P features, N state width. Positions are counted
// in walking order, so the reverse direction only turns the pointers around.
import { expTo } from "./exponential";
import { at, copy, fma, read, scaleTo, write, zero } from "./vector";

const REACH: f32 = 20;
/** A contribution that has decayed by more than exp(-FORGOTTEN) is 0. */
const FORGOTTEN: f32 = 60;
/** Columns of the state that walk together. */
export const TILE = 16;

// The current problem, set by `describeScan`.
export let L: i32, H: i32, P: i32, N: i32, F: i32;
/** N rounded up to whole registers. */
export let N4: i32;
let reverse: i32;
export let x: usize, dt: usize, a: usize, b: usize, c: usize, d: usize, lengths: usize;
export let strideX: i32, strideDt: i32, strideB: i32, strideC: i32;

// Scratch, set by `layOut`.
export let rowsB: usize, rowsC: usize; // [n, N4]
export let steps: usize, into: usize, outOf: usize, upTo: usize; // [n] of a head: dt, dt exp(-S), exp(S), exp(-S)
/** [n]: what the state of a head is multiplied by before a position; 1 where S continues. */
export let restarts: usize;
export let state: usize; // [N4, TILE]
/** Start of the free scratch memory. */
export let rest: usize;

/** Sizes, then the inputs with the strides between positions (so that packed projections need no copies). */
export function describeScan(
  length: i32, heads: i32, width: i32, stateWidth: i32, backwards: i32,
  inputX: usize, stepX: i32, inputDt: usize, stepDt: i32, inputA: usize,
  inputB: usize, stepB: i32, inputC: usize, stepC: i32, inputD: usize, inputLengths: usize,
): void {
  L = length; H = heads; P = width; N = stateWidth; F = heads * width; N4 = (N + 3) & ~3; reverse = backwards;
  x = inputX; strideX = stepX; dt = inputDt; strideDt = stepDt; a = inputA;
  b = inputB; strideB = stepB; c = inputC; strideC = stepC; d = inputD; lengths = inputLengths;
}

export function layOut(scratch: usize): void {
  rowsB = scratch;
  rowsC = at(rowsB, L * N4);
  steps = at(rowsC, L * N4);
  into = at(steps, L);
  outOf = at(into, L);
  upTo = at(outOf, L);
  restarts = at(upTo, L);
  state = at(restarts, L);
  rest = at(state, N4 * TILE);
}

/** Bytes of scratch that the described scan needs. */
export function scanScratch(): usize {
  layOut(0);
  return rest;
}

// @ts-ignore: decorator
@inline
export function lengthOf(row: i32): i32 {
  return max(0, min(L, load<i32>(at(lengths, row))));
}

/** The first position that the walk over a row meets, in an array with that stride between positions. */
// @ts-ignore: decorator
@inline
export function firstOf(base: usize, row: i32, n: i32, stride: i32): usize {
  return at(base, (row * L + (reverse ? n - 1 : 0)) * stride);
}

/** From a position to the next one of the walk. */
// @ts-ignore: decorator
@inline
export function stepOf(stride: i32): usize {
  return at(0, reverse ? -stride : stride);
}

/** Collects b and c of a row, with zeros up to N4. */
export function collectRow(row: i32, n: i32): void {
  let fromB = firstOf(b, row, n, strideB), fromC = firstOf(c, row, n, strideC);
  if (N4 != N) {
    zero(rowsB, n * N4);
    zero(rowsC, n * N4);
  }
  for (let i = 0; i < n; i++) {
    copy(at(rowsB, i * N4), fromB, N);
    copy(at(rowsC, i * N4), fromC, N);
    fromB += stepOf(strideB);
    fromC += stepOf(strideC);
  }
}

/** Fills `steps`, `into`, `outOf`, `upTo` and `restarts` for one head of a row. */
export function decayHead(row: i32, n: i32, h: i32): void {
  const rate = load<f32>(at(a, h));
  let from = at(firstOf(dt, row, n, strideDt), h);
  let sum: f32 = 0;
  for (let i = 0; i < n; i++) {
    const step = load<f32>(from);
    from += stepOf(strideDt);
    sum += step * rate;
    let log: f32 = 0;
    if (sum < -REACH) {
      log = sum;
      sum = 0;
    }
    store<f32>(at(steps, i), step);
    store<f32>(at(outOf, i), sum);
    store<f32>(at(upTo, i), -sum);
    store<f32>(at(restarts, i), log);
  }
  expTo(outOf, outOf, n);
  expTo(upTo, upTo, n);
  for (let i = 0; i < n; i++) {
    store<f32>(at(into, i), load<f32>(at(steps, i)) * load<f32>(at(upTo, i)));
    restart(at(restarts, i));
  }
}

/** The log of a decay becomes the decay: 1 for 0, and 0 for what is forgotten. */
function restart(log: usize): void {
  const value = load<f32>(log);
  if (value == 0) store<f32>(log, 1);
  else if (value < -FORGOTTEN) store<f32>(log, 0);
  else expTo(log, log, 1);
}

/** y of rows [from, to), positions `strideY` apart; padding becomes 0. */
export function scanForward(from: i32, to: i32, y: usize, strideY: i32, scratch: usize): void {
  layOut(scratch);
  for (let row = from; row < to; row++) scanRow(row, y, strideY);
}

export function scanRow(row: i32, y: usize, strideY: i32): void {
  const n = lengthOf(row), stepX = stepOf(strideX), stepY = stepOf(strideY);
  collectRow(row, n);
  const fromX = firstOf(x, row, n, strideX), toY = firstOf(y, row, n, strideY);
  for (let h = 0; h < H; h++) {
    decayHead(row, n, h);
    const skip = load<f32>(at(d, h)), end = (h + 1) * P;
    let p = h * P;
    for (; p + TILE <= end; p += TILE) walkTile(n, at(fromX, p), at(toY, p), stepX, stepY, skip);
    for (; p + 4 <= end; p += 4) walkLanes(n, at(fromX, p), at(toY, p), stepX, stepY, skip, true);
    for (; p < end; p++) walkLanes(n, at(fromX, p), at(toY, p), stepX, stepY, skip, false);
  }
  for (let t = n; t < L; t++) zero(at(y, (row * L + t) * strideY), F);
}

/** Sixteen columns of a head. */
function walkTile(n: i32, fromX: usize, toY: usize, stepX: usize, stepY: usize, skip: f32): void {
  zero(state, N4 * TILE);
  const end = at(state, N4 * TILE), past = f32x4.splat(skip);
  let bn = rowsB, cn = rowsC;
  for (let i = 0; i < n; i++) {
    const kept = load<f32>(at(restarts, i));
    if (kept != 1) scaleTo(state, state, kept, N4 * TILE);
    const scale = v128.load32_splat(at(into, i));
    const x0 = f32x4.mul(scale, v128.load(fromX)), x1 = f32x4.mul(scale, v128.load(fromX, 16));
    const x2 = f32x4.mul(scale, v128.load(fromX, 32)), x3 = f32x4.mul(scale, v128.load(fromX, 48));
    let y0 = f32x4.splat(0), y1 = y0, y2 = y0, y3 = y0;
    for (let s = state; s < end; s += TILE << 2) {
      const write = v128.load32_splat(bn), read = v128.load32_splat(cn);
      const s0 = fma(write, x0, v128.load(s)), s1 = fma(write, x1, v128.load(s, 16));
      const s2 = fma(write, x2, v128.load(s, 32)), s3 = fma(write, x3, v128.load(s, 48));
      v128.store(s, s0); v128.store(s, s1, 16); v128.store(s, s2, 32); v128.store(s, s3, 48);
      y0 = fma(read, s0, y0); y1 = fma(read, s1, y1); y2 = fma(read, s2, y2); y3 = fma(read, s3, y3);
      bn += 4; cn += 4;
    }
    const back = v128.load32_splat(at(outOf, i));
    v128.store(toY, fma(past, v128.load(fromX), f32x4.mul(back, y0)));
    v128.store(toY, fma(past, v128.load(fromX, 16), f32x4.mul(back, y1)), 16);
    v128.store(toY, fma(past, v128.load(fromX, 32), f32x4.mul(back, y2)), 32);
    v128.store(toY, fma(past, v128.load(fromX, 48), f32x4.mul(back, y3)), 48);
    fromX += stepX; toY += stepY;
  }
}

/** Four columns, or one. */
// @ts-ignore: decorator
@inline
function walkLanes(n: i32, fromX: usize, toY: usize, stepX: usize, stepY: usize, skip: f32, wide: bool): void {
  zero(state, 4 * N4);
  const end = at(state, 4 * N4);
  let bn = rowsB, cn = rowsC;
  for (let i = 0; i < n; i++) {
    const kept = load<f32>(at(restarts, i)), here = read(fromX, wide);
    if (kept != 1) scaleTo(state, state, kept, 4 * N4);
    const scaled = f32x4.mul(v128.load32_splat(at(into, i)), here);
    let sum = f32x4.splat(0);
    for (let s = state; s < end; s += 16) {
      const v = fma(v128.load32_splat(bn), scaled, v128.load(s));
      v128.store(s, v);
      sum = fma(v128.load32_splat(cn), v, sum);
      bn += 4; cn += 4;
    }
    write(toY, fma(f32x4.splat(skip), here, f32x4.mul(v128.load32_splat(at(outOf, i)), sum)), wide);
    fromX += stepX; toY += stepY;
  }
}
