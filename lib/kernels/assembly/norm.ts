// RMSNorm of y silu(z) over rows of `width` floats, forward and backward.
import { siluBothTo, siluTo } from "./exponential";
import { at, dot, fma, laneSum, multiplyTo, read, write, zero } from "./vector";

/** 1 / sqrt(mean + eps) from the sum of squares of n numbers in four lanes. */
// @ts-ignore: decorator
@inline
export function inverseRoot(squares: v128, n: i32, eps: f32): f32 {
  return 1 / sqrt<f32>(laneSum(squares) / <f32> n + eps);
}

/** Rows [from, to) of out = rmsNorm(y silu(z)) weight, or of rmsNorm(y) weight where z is null; `scratch` holds one row. */
export function rmsForward(
  from: i32, to: i32, width: i32, eps: f32, y: usize, z: usize, weight: usize, out: usize, scratch: usize,
): void {
  for (let row = from; row < to; row++) {
    let u = at(y, row * width);
    if (z) {
      siluTo(scratch, at(z, row * width), width);
      multiplyTo(scratch, scratch, u, width);
      u = scratch;
    }
    const root: f32 = 1 / sqrt<f32>(dot(u, u, width) / <f32> width + eps);
    scaleByTo(at(out, row * width), u, weight, root, width);
  }
}

/** out = s x w. */
function scaleByTo(out: usize, x: usize, w: usize, s: f32, n: i32): void {
  const factor = f32x4.splat(s);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(at(out, i), f32x4.mul(f32x4.mul(factor, v128.load(at(x, i))), v128.load(at(w, i))));
  }
  for (; i < n; i++) store<f32>(at(out, i), s * load<f32>(at(x, i)) * load<f32>(at(w, i)));
}

/** Writes dy and, where z is given, dz of rows [from, to), and their sum dWeight; `scratch` holds two rows. */
export function rmsBackward(
  from: i32, to: i32, width: i32, eps: f32, y: usize, z: usize, weight: usize, dOut: usize,
  dy: usize, dz: usize, dWeight: usize, scratch: usize,
): void {
  const gate = scratch, slope = at(scratch, width);
  zero(dWeight, width);
  if (!z) for (let i = 0; i < width; i++) store<f32>(at(gate, i), 1);
  for (let row = from; row < to; row++) {
    const here = row * width;
    if (z) siluBothTo(gate, slope, at(z, here), width);
    const toZ = z ? at(dz, here) : 0;
    rmsRowBackward(width, eps, at(y, here), weight, at(dOut, here), 1, at(dy, here), toZ, dWeight, gate, slope, false);
  }
}

/**
 * One row of u = y g. With r the inverse root and e = factor r w dOut: du = e - u r^2 <e, u> / n, dy = du g and dz = du y
 * slope, which is written or, with `add`, added to; w dOut's share is added to dw.
 */
export function rmsRowBackward(
  n: i32, eps: f32, y: usize, w: usize, grad: usize, factor: f32,
  dy: usize, dz: usize, dw: usize, g: usize, slope: usize, add: bool,
): void {
  let squares = f32x4.splat(0), cross = squares;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const u = f32x4.mul(v128.load(at(g, i)), v128.load(at(y, i)));
    squares = fma(u, u, squares);
    cross = fma(f32x4.mul(v128.load(at(grad, i)), v128.load(at(w, i))), u, cross);
  }
  for (; i < n; i++) {
    const u = f32x4.mul(read(at(g, i), false), read(at(y, i), false));
    squares = fma(u, u, squares);
    cross = fma(f32x4.mul(read(at(grad, i), false), read(at(w, i), false)), u, cross);
  }
  const root = inverseRoot(squares, n, eps);
  const scale = f32x4.splat(factor * root), share = f32x4.splat(factor * laneSum(cross) / <f32> n * root * root * root);
  for (i = 0; i + 4 <= n; i += 4) backwardLanes(i, y, w, grad, dy, dz, dw, g, slope, scale, share, add, true);
  for (; i < n; i++) backwardLanes(i, y, w, grad, dy, dz, dw, g, slope, scale, share, add, false);
}

// @ts-ignore: decorator
@inline
function backwardLanes(
  i: i32, y: usize, w: usize, grad: usize, dy: usize, dz: usize, dw: usize, g: usize, slope: usize,
  scale: v128, share: v128, add: bool, wide: bool,
): void {
  const gate = read(at(g, i), wide), inner = read(at(y, i), wide), u = f32x4.mul(gate, inner);
  const out = f32x4.mul(scale, read(at(grad, i), wide));
  const du = f32x4.sub(f32x4.mul(out, read(at(w, i), wide)), f32x4.mul(share, u));
  write(at(dw, i), fma(out, u, read(at(dw, i), wide)), wide);
  write(at(dy, i), f32x4.mul(du, gate), wide);
  if (!dz) return;
  const through = f32x4.mul(f32x4.mul(du, inner), read(at(slope, i), wide));
  write(at(dz, i), add ? f32x4.add(through, read(at(dz, i), wide)) : through, wide);
}

/** Zeroes a vector of sums before its rows are added. */
export function clear(out: usize, n: i32): void {
  zero(out, n);
}
