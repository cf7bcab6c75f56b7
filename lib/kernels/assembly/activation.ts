// Activations of a whole array, forward and backward from the value before. Kinds: 1 relu, 2 gelu, 3 silu,
// 4 leakyRelu, in the order of linear/op.ts.
import { at, exp4, fma, sigmoid4, siluSlope4 } from "./vector";

const LEAKY_SLOPE: f32 = 0.01;

/**
 * erf by Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7; `e` is exp(-x^2).
 */
// @ts-ignore: decorator
@inline
function erf4(x: v128, e: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, fma(f32x4.abs(x), f32x4.splat(0.3275911), one));
  let p = fma(f32x4.splat(1.061405429), t, f32x4.splat(-1.453152027));
  p = fma(p, t, f32x4.splat(1.421413741));
  p = fma(p, t, f32x4.splat(-0.284496736));
  p = fma(p, t, f32x4.splat(0.254829592));
  const size = f32x4.sub(one, f32x4.mul(f32x4.mul(p, t), e));
  return v128.bitselect(x, size, f32x4.splat(-0.0));
}

/** exp(-x^2 / 2), shared by gelu's value and slope. */
// @ts-ignore: decorator
@inline
function bell4(x: v128): v128 {
  return exp4(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
}

/** The share of a standard normal below x. */
// @ts-ignore: decorator
@inline
function normalShare4(x: v128, bell: v128): v128 {
  const half = f32x4.splat(0.5);
  return fma(half, erf4(f32x4.mul(x, f32x4.splat(0.70710678118)), bell), half);
}

// @ts-ignore: decorator
@inline
function value4(kind: i32, x: v128): v128 {
  const nought = f32x4.splat(0);
  if (kind == 1) return f32x4.max(x, nought);
  if (kind == 2) return f32x4.mul(x, normalShare4(x, bell4(x)));
  if (kind == 3) return f32x4.mul(x, sigmoid4(x));
  return v128.bitselect(f32x4.mul(x, f32x4.splat(LEAKY_SLOPE)), x, f32x4.lt(x, nought));
}

// @ts-ignore: decorator
@inline
function slope4(kind: i32, x: v128): v128 {
  const nought = f32x4.splat(0), one = f32x4.splat(1);
  if (kind == 1) return v128.and(f32x4.gt(x, nought), one);
  if (kind == 2) {
    const bell = bell4(x);
    return fma(f32x4.mul(x, f32x4.splat(0.39894228040)), bell, normalShare4(x, bell));
  }
  if (kind == 3) return siluSlope4(x, sigmoid4(x));
  return v128.bitselect(f32x4.splat(LEAKY_SLOPE), one, f32x4.lt(x, nought));
}

export function activate(kind: i32, n: i32, x: usize, out: usize): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(out, i), value4(kind, v128.load(at(x, i))));
  for (; i < n; i++) v128.store_lane<f32>(at(out, i), value4(kind, v128.load32_splat(at(x, i))), 0);
}

/** dx = dOut times the slope at x. */
export function activateBackward(kind: i32, n: i32, x: usize, dOut: usize, dx: usize): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(at(dx, i), f32x4.mul(v128.load(at(dOut, i)), slope4(kind, v128.load(at(x, i)))));
  }
  for (; i < n; i++) {
    const slope = slope4(kind, v128.load32_splat(at(x, i)));
    v128.store_lane<f32>(at(dx, i), f32x4.mul(v128.load32_splat(at(dOut, i)), slope), 0);
  }
}

/** Every row of out becomes `bias`, for a product to be added. */
export function fillRows(out: usize, bias: usize, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++) memory.copy(at(out, row * width), bias, (<usize> width) << 2);
}
