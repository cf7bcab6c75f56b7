// Activations entry by entry, forward and backward. Kinds: 1 relu, 2 gelu, 3 silu, 4 leakyRelu, in the order of linear/op.ts.
// Arrays are cut into pages, which threads share.
import { geluTo, siluSlopeTo, siluTo } from "./exponential";
import { at, multiplyTo, read, write } from "./vector";

const GELU = 2, SILU = 3, LEAKY_RELU = 4;
const LEAKY_SLOPE: f32 = 0.01;
/** Numbers of a page. */
const PAGE = 1024;

/** out = the activation of x [n], pages [from, to). */
export function activate(from: i32, to: i32, kind: i32, n: i32, x: usize, out: usize): void {
  for (let page = from; page < to; page++) {
    const start = page * PAGE, size = min(PAGE, n - start), here = at(x, start), there = at(out, start);
    if (kind == GELU) geluTo(there, here, size, false);
    else if (kind == SILU) siluTo(there, here, size);
    else bendTo(there, here, kind == LEAKY_RELU ? LEAKY_SLOPE : 0, size);
  }
}

/** dx = dOut times the slope at x, pages [from, to). */
export function activateBackward(from: i32, to: i32, kind: i32, n: i32, x: usize, dOut: usize, dx: usize): void {
  for (let page = from; page < to; page++) {
    const start = page * PAGE, size = min(PAGE, n - start), here = at(x, start), there = at(dx, start), grad = at(dOut, start);
    if (kind == GELU || kind == SILU) {
      if (kind == GELU) geluTo(there, here, size, true);
      else siluSlopeTo(there, here, size);
      multiplyTo(there, there, grad, size);
    } else bendSlopeTo(there, here, grad, kind == LEAKY_RELU ? LEAKY_SLOPE : 0, size);
  }
}

/** v where it is positive, else slope v. */
// @ts-ignore: decorator
@inline
function bend(v: v128, slope: v128): v128 {
  return v128.bitselect(v, f32x4.mul(slope, v), f32x4.gt(v, f32x4.splat(0)));
}

function bendTo(out: usize, x: usize, slope: f32, n: i32): void {
  const factor = f32x4.splat(slope);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(out, i), bend(v128.load(at(x, i)), factor));
  for (; i < n; i++) write(at(out, i), bend(read(at(x, i), false), factor), false);
}

/** out = grad, times `slope` where x is not positive. */
function bendSlopeTo(out: usize, x: usize, grad: usize, slope: f32, n: i32): void {
  const factor = f32x4.splat(slope);
  let i = 0;
  for (; i + 4 <= n; i += 4) bendSlope(at(out, i), at(x, i), at(grad, i), factor, true);
  for (; i < n; i++) bendSlope(at(out, i), at(x, i), at(grad, i), factor, false);
}

// @ts-ignore: decorator
@inline
function bendSlope(out: usize, x: usize, grad: usize, factor: v128, wide: bool): void {
  const g = read(grad, wide), positive = f32x4.gt(read(x, wide), f32x4.splat(0));
  write(out, v128.bitselect(g, f32x4.mul(factor, g), positive), wide);
}

/** Adds `bias`, where there is one, to each row in place, then multiplies what is negative by `slope`. */
export function bendRows(rows: usize, bias: usize, count: i32, width: i32, slope: f32): void {
  const factor = f32x4.splat(slope);
  for (let row = 0; row < count; row++) {
    const to = at(rows, row * width);
    let i = 0;
    for (; i + 4 <= width; i += 4) bendLanes(at(to, i), bias ? at(bias, i) : 0, factor, true);
    for (; i < width; i++) bendLanes(at(to, i), bias ? at(bias, i) : 0, factor, false);
  }
}

// @ts-ignore: decorator
@inline
function bendLanes(to: usize, bias: usize, factor: v128, wide: bool): void {
  const v = read(to, wide), shifted = bias ? f32x4.add(v, read(bias, wide)) : v;
  write(to, bend(shifted, factor), wide);
}
