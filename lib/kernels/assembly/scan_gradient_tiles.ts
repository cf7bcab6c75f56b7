// The walks of the scan's gradient over the columns of a head: see scan_gradient.ts.
import { into, N4, outOf, restarts, rowsB, rowsC, state, steps, TILE, upTo } from "./scan";
import { gradB, gradC, kept, products, readSums, SEGMENT, skippedSums, through, writtenSums } from "./scan_gradient_scratch";
import { at, copy, dot, fma, laneSum, read, scaleTo, write, zero } from "./vector";

/** The four lane sums of four registers. */
// @ts-ignore: decorator
@inline
function laneSums(q0: v128, q1: v128, q2: v128, q3: v128): v128 {
  const q01 = f32x4.add(v128.shuffle<f32>(q0, q1, 0, 4, 1, 5), v128.shuffle<f32>(q0, q1, 2, 6, 3, 7));
  const q23 = f32x4.add(v128.shuffle<f32>(q2, q3, 0, 4, 1, 5), v128.shuffle<f32>(q2, q3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<i64>(q01, q23, 0, 2), v128.shuffle<i64>(q01, q23, 1, 3));
}

// @ts-ignore: decorator
@inline
function addLanes(to: usize, v: v128): void {
  v128.store(to, f32x4.add(v128.load(to), v));
}

/** One row of the state: adds b x and returns its products with dy, summed into four. */
// @ts-ignore: decorator
@inline
function addAndRead(
  s: usize, bn: v128, x0: v128, x1: v128, x2: v128, x3: v128, d0: v128, d1: v128, d2: v128, d3: v128,
): v128 {
  let h = fma(bn, x0, v128.load(s));
  v128.store(s, h);
  let q = f32x4.mul(h, d0);
  h = fma(bn, x1, v128.load(s, 16));
  v128.store(s, h, 16);
  q = fma(h, d1, q);
  h = fma(bn, x2, v128.load(s, 32));
  v128.store(s, h, 32);
  q = fma(h, d2, q);
  h = fma(bn, x3, v128.load(s, 48));
  v128.store(s, h, 48);
  return fma(h, d3, q);
}

/** Down sixteen columns: gradC and `readSums`, and the states before the segments. */
export function downTile(n: i32, fromX: usize, fromDy: usize, stepX: usize, stepDy: usize): void {
  zero(state, N4 * TILE);
  const end = at(state, N4 * TILE);
  let rowB = rowsB, rowC = rowsC, toC = gradC;
  for (let i = 0; i < n; i++) {
    if (i % SEGMENT == 0) copy(at(kept, i / SEGMENT * N4 * TILE), state, N4 * TILE);
    const restart = load<f32>(at(restarts, i));
    if (restart != 1) scaleTo(state, state, restart, N4 * TILE);
    const scale = v128.load32_splat(at(into, i)), back = v128.load32_splat(at(outOf, i));
    const x0 = f32x4.mul(scale, v128.load(fromX)), x1 = f32x4.mul(scale, v128.load(fromX, 16));
    const x2 = f32x4.mul(scale, v128.load(fromX, 32)), x3 = f32x4.mul(scale, v128.load(fromX, 48));
    const d0 = f32x4.mul(back, v128.load(fromDy)), d1 = f32x4.mul(back, v128.load(fromDy, 16));
    const d2 = f32x4.mul(back, v128.load(fromDy, 32)), d3 = f32x4.mul(back, v128.load(fromDy, 48));
    let total = f32x4.splat(0);
    for (let s = state; s < end; s += 256) {
      const q0 = addAndRead(s, v128.load32_splat(rowB), x0, x1, x2, x3, d0, d1, d2, d3);
      const q1 = addAndRead(s + 64, v128.load32_splat(rowB, 4), x0, x1, x2, x3, d0, d1, d2, d3);
      const q2 = addAndRead(s + 128, v128.load32_splat(rowB, 8), x0, x1, x2, x3, d0, d1, d2, d3);
      const q3 = addAndRead(s + 192, v128.load32_splat(rowB, 12), x0, x1, x2, x3, d0, d1, d2, d3);
      const sums = laneSums(q0, q1, q2, q3);
      addLanes(toC, sums);
      total = fma(sums, v128.load(rowC), total);
      rowB += 16;
      rowC += 16;
      toC += 16;
    }
    addLanes(at(readSums, 4 * i), total);
    fromX += stepX;
    fromDy += stepDy;
  }
}

/** Up again: dx, gradB, `writtenSums`, `skippedSums` and `through`. All pointers begin at the last position. */
export function upTile(n: i32, fromX: usize, fromDy: usize, toX: usize, stepX: usize, stepDy: usize, skip: f32): void {
  zero(state, N4 * TILE);
  const end = at(state, N4 * TILE);
  const past = f32x4.splat(skip);
  for (let i = n - 1; i >= 0; i--) {
    const scale = v128.load32_splat(at(into, i)), back = v128.load32_splat(at(outOf, i));
    const x0 = f32x4.mul(scale, v128.load(fromX)), x1 = f32x4.mul(scale, v128.load(fromX, 16));
    const x2 = f32x4.mul(scale, v128.load(fromX, 32)), x3 = f32x4.mul(scale, v128.load(fromX, 48));
    const d0 = f32x4.mul(back, v128.load(fromDy)), d1 = f32x4.mul(back, v128.load(fromDy, 16));
    const d2 = f32x4.mul(back, v128.load(fromDy, 32)), d3 = f32x4.mul(back, v128.load(fromDy, 48));
    let u0 = f32x4.splat(0), u1 = u0, u2 = u0, u3 = u0;
    let rowB = at(rowsB, i * N4), rowC = at(rowsC, i * N4), q = products;
    for (let g = state; g < end; g += 64) {
      const bn = v128.load32_splat(rowB), cn = v128.load32_splat(rowC);
      let v = fma(cn, d0, v128.load(g));
      v128.store(g, v);
      u0 = fma(bn, v, u0);
      let w = f32x4.mul(v, x0);
      v = fma(cn, d1, v128.load(g, 16));
      v128.store(g, v, 16);
      u1 = fma(bn, v, u1);
      w = fma(v, x1, w);
      v = fma(cn, d2, v128.load(g, 32));
      v128.store(g, v, 32);
      u2 = fma(bn, v, u2);
      w = fma(v, x2, w);
      v = fma(cn, d3, v128.load(g, 48));
      v128.store(g, v, 48);
      u3 = fma(bn, v, u3);
      v128.store(q, fma(v, x3, w));
      rowB += 4; rowC += 4; q += 16;
    }
    addSums(at(gradB, i * N4));
    const size = v128.load32_splat(at(upTo, i)), step = v128.load32_splat(at(steps, i));
    let cross = f32x4.splat(0), skipped = cross;
    u0 = f32x4.mul(size, u0); u1 = f32x4.mul(size, u1); u2 = f32x4.mul(size, u2); u3 = f32x4.mul(size, u3);
    let grad = v128.load(fromDy), value = v128.load(fromX);
    v128.store(toX, fma(step, u0, f32x4.mul(past, grad)));
    cross = f32x4.mul(value, u0); skipped = f32x4.mul(value, grad);
    grad = v128.load(fromDy, 16); value = v128.load(fromX, 16);
    v128.store(toX, fma(step, u1, f32x4.mul(past, grad)), 16);
    cross = fma(value, u1, cross); skipped = fma(value, grad, skipped);
    grad = v128.load(fromDy, 32); value = v128.load(fromX, 32);
    v128.store(toX, fma(step, u2, f32x4.mul(past, grad)), 32);
    cross = fma(value, u2, cross); skipped = fma(value, grad, skipped);
    grad = v128.load(fromDy, 48); value = v128.load(fromX, 48);
    v128.store(toX, fma(step, u3, f32x4.mul(past, grad)), 48);
    cross = fma(value, u3, cross); skipped = fma(value, grad, skipped);
    addLanes(at(writtenSums, 4 * i), cross);
    addLanes(at(skippedSums, 4 * i), skipped);
    const restart = load<f32>(at(restarts, i));
    if (i % SEGMENT == 0) crossSegment(i, restart, N4 * TILE);
    if (restart != 1) scaleTo(state, state, restart, N4 * TILE);
    fromX -= stepX; toX -= stepX; fromDy -= stepDy;
  }
}

/** Adds what these columns pass from the state before a segment to the gradient of the state in it. */
function crossSegment(i: i32, restart: f32, size: i32): void {
  const k = i / SEGMENT, to = at(through, k);
  store<f32>(to, load<f32>(to) + restart * dot(state, at(kept, k * N4 * TILE), size));
}

/** Adds the lane sums of `products` to a row of gradB. */
// @ts-ignore: decorator
@inline
function addSums(to: usize): void {
  const end = at(products, 4 * N4);
  for (let q = products; q < end; q += 64) {
    addLanes(to, laneSums(v128.load(q), v128.load(q, 16), v128.load(q, 32), v128.load(q, 48)));
    to += 16;
  }
}

/** Four columns, or one, as downTile and upTile. */
// @ts-ignore: decorator
@inline
export function downLanes(n: i32, fromX: usize, fromDy: usize, stepX: usize, stepDy: usize, wide: bool): void {
  zero(state, N4 * 4);
  let rowB = rowsB, rowC = rowsC, toC = gradC;
  for (let i = 0; i < n; i++) {
    if (i % SEGMENT == 0) copy(at(kept, i / SEGMENT * N4 * TILE), state, N4 * 4);
    const restart = load<f32>(at(restarts, i));
    if (restart != 1) scaleTo(state, state, restart, N4 * 4);
    const x0 = f32x4.mul(v128.load32_splat(at(into, i)), read(fromX, wide));
    const d0 = f32x4.mul(v128.load32_splat(at(outOf, i)), read(fromDy, wide));
    let total: f32 = 0;
    for (let m = 0; m < N4; m++) {
      const s = at(state, 4 * m), h = fma(v128.load32_splat(at(rowB, m)), x0, v128.load(s));
      v128.store(s, h);
      const sum = laneSum(f32x4.mul(h, d0));
      store<f32>(at(toC, m), load<f32>(at(toC, m)) + sum);
      total += sum * load<f32>(at(rowC, m));
    }
    const to = at(readSums, 4 * i);
    store<f32>(to, load<f32>(to) + total);
    rowB = at(rowB, N4); rowC = at(rowC, N4); toC = at(toC, N4);
    fromX += stepX;
    fromDy += stepDy;
  }
}

// @ts-ignore: decorator
@inline
export function upLanes(
  n: i32, fromX: usize, fromDy: usize, toX: usize, stepX: usize, stepDy: usize, skip: f32, wide: bool,
): void {
  zero(state, N4 * 4);
  for (let i = n - 1; i >= 0; i--) {
    const value = read(fromX, wide), grad = read(fromDy, wide);
    const x0 = f32x4.mul(v128.load32_splat(at(into, i)), value), d0 = f32x4.mul(v128.load32_splat(at(outOf, i)), grad);
    let u0 = f32x4.splat(0);
    const rowB = at(rowsB, i * N4), rowC = at(rowsC, i * N4);
    for (let m = 0; m < N4; m++) {
      const g = at(state, 4 * m), v = fma(v128.load32_splat(at(rowC, m)), d0, v128.load(g));
      v128.store(g, v);
      u0 = fma(v128.load32_splat(at(rowB, m)), v, u0);
      v128.store(at(products, 4 * m), f32x4.mul(v, x0));
    }
    addSums(at(gradB, i * N4));
    u0 = f32x4.mul(v128.load32_splat(at(upTo, i)), u0);
    write(toX, fma(v128.load32_splat(at(steps, i)), u0, f32x4.mul(f32x4.splat(skip), grad)), wide);
    addLanes(at(writtenSums, 4 * i), f32x4.mul(value, u0));
    addLanes(at(skippedSums, 4 * i), f32x4.mul(value, grad));
    const restart = load<f32>(at(restarts, i));
    if (i % SEGMENT == 0) crossSegment(i, restart, N4 * 4);
    if (restart != 1) scaleTo(state, state, restart, N4 * 4);
    fromX -= stepX; toX -= stepX; fromDy -= stepDy;
  }
}

