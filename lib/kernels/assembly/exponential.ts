// Everything that needs an exponential, as loops over arrays. V8 builds a SIMD constant anew wherever one is
// written, four instructions each, which made these loops three times slower than their arithmetic. So the
// constants are kept in memory by `placeConstants` and read into locals before each loop.
import { at, fma, subtractProduct } from "./vector";

/** Bytes of memory that `placeConstants` must be given. */
export const CONSTANT_BYTES = 4 * 32;

let constants: usize = 0;

// exp(x) = 2^w 2^f with w = round(x log2(e)): 2^f on |f| <= 1/2 by the polynomial of degree 5 with the least relative
// error, 9.2e-8, among those that are 1 at 0. With fused multiply-adds f is exact but for the rounding of log2(e), and
// the relative error below 1.6e-7 for |x| <= 1, 2.9e-7 to 10 and 1.4e-6 to 87; without them 2.0e-7, 6.1e-7 and 4.0e-6.
const HIGH = 0, LOW = 1, LOG2E = 2, MINUS_LOG2E = 3, ROUNDER = 4, ONE = 5;
const P5 = 6, P4 = 7, P3 = 8, P2 = 9, P1 = 10;
// erf by Abramowitz and Stegun 7.1.26: absolute error below 1.5e-7.
const ERF_P = 13, A5 = 14, A4 = 15, A3 = 16, A2 = 17, A1 = 18;
const HALF = 19, ROOT_HALF = 20, BELL_HEIGHT = 21;
// artanh(s) / s, from the last term: 1 / 15, ..., 1 / 3, 1.
const ARTANH = 22, ARTANH_TERMS = 8;

export function placeConstants(memory: usize): void {
  constants = memory;
  place(HIGH, 87); place(LOW, -87);
  place(LOG2E, 1.44269504088896341); place(MINUS_LOG2E, -1.44269504088896341);
  place(ROUNDER, 12582912); // 1.5 * 2^23: adding it rounds to an integer, which then stands in the lowest bits
  // of -f, which costs one instruction less
  place(P5, -1.3264652392e-3); place(P4, 9.6715113244e-3); place(P3, -5.5507339628e-2);
  place(P2, 2.4022242124e-1); place(P1, -6.9314697753e-1); place(ONE, 1);
  place(ERF_P, 0.3275911);
  place(A5, 1.061405429); place(A4, -1.453152027); place(A3, 1.421413741);
  place(A2, -0.284496736); place(A1, 0.254829592);
  for (let term = 0; term < ARTANH_TERMS; term++) {
    const odd = 2 * (ARTANH_TERMS - term) - 1;
    place(ARTANH + term, 1 / <f32> odd);
  }
  place(HALF, 0.5); place(ROOT_HALF, 0.70710678118); place(BELL_HEIGHT, 0.39894228040);
}

function place(index: i32, value: f32): void {
  store<f32>(at(constants, index), value);
}

// @ts-ignore: decorator
@inline
function constant(index: i32): v128 {
  return v128.load32_splat(at(constants, index));
}

// What `each` does with x and e = exp(x), or exp(-x) for all but the first.
const EXP = 0, SIGMOID = 1, SILU = 2, SILU_SLOPE = 3, SILU_BOTH = 4;

/** out = exp(x); arguments are clamped to +-87, so nothing overflows. NaN stays NaN. */
export function expTo(out: usize, x: usize, n: i32): void {
  each(EXP, out, 0, x, n);
}

/** out = s = 1 / (1 + exp(-x)). */
export function sigmoidTo(out: usize, x: usize, n: i32): void {
  each(SIGMOID, out, 0, x, n);
}

/** out = x s. */
export function siluTo(out: usize, x: usize, n: i32): void {
  each(SILU, out, 0, x, n);
}

/** out = s + x s (1 - s), the slope of x s. */
export function siluSlopeTo(out: usize, x: usize, n: i32): void {
  each(SILU_SLOPE, out, 0, x, n);
}

/** out = x s and slope = its slope; either may be x itself. */
export function siluBothTo(out: usize, slope: usize, x: usize, n: i32): void {
  each(SILU_BOTH, out, slope, x, n);
}

// @ts-ignore: decorator
@inline
function each(kind: i32, out: usize, slope: usize, x: usize, n: i32): void {
  const high = constant(HIGH), low = constant(LOW), rounder = constant(ROUNDER), one = constant(ONE);
  const factor = constant(kind == EXP ? LOG2E : MINUS_LOG2E);
  const p5 = constant(P5), p4 = constant(P4), p3 = constant(P3), p2 = constant(P2), p1 = constant(P1);
  for (let i = 0; i < n; i += 4) {
    const wide = i + 4 <= n;
    const v = wide ? v128.load(at(x, i)) : partial(at(x, i), n - i);
    const limited = f32x4.pmax(f32x4.pmin(v, high), low);
    const shifted = fma(limited, factor, rounder);
    const g = subtractProduct(limited, factor, f32x4.sub(shifted, rounder));
    const p = fma(fma(fma(fma(fma(p5, g, p4), g, p3), g, p2), g, p1), g, one);
    // 2^w p: w added to the exponent of p, which lies in [0.7, 1.5]; w >= -126 keeps the sum in range
    let result = i32x4.add(p, i32x4.shl(shifted, 23));
    let second = result;
    if (kind != EXP) {
      const s = f32x4.div(one, f32x4.add(one, result)), silu = f32x4.mul(v, s);
      if (kind >= SILU_SLOPE) second = f32x4.add(s, f32x4.sub(silu, f32x4.mul(silu, s)));
      result = kind == SIGMOID ? s : kind == SILU_SLOPE ? second : silu;
    }
    if (wide) {
      v128.store(at(out, i), result);
      if (kind == SILU_BOTH) v128.store(at(slope, i), second);
    } else {
      storePartial(at(out, i), result, n - i);
      if (kind == SILU_BOTH) storePartial(at(slope, i), second, n - i);
    }
  }
}

/** The last one to three floats of an array. */
function partial(x: usize, n: i32): v128 {
  let v = v128.load32_zero(x);
  if (n > 1) v = v128.load_lane<f32>(x, v, 1, 4);
  if (n > 2) v = v128.load_lane<f32>(x, v, 2, 8);
  return v;
}

function storePartial(out: usize, v: v128, n: i32): void {
  v128.store_lane<f32>(out, v, 0);
  if (n > 1) v128.store_lane<f32>(out, v, 1, 4);
  if (n > 2) v128.store_lane<f32>(out, v, 2, 8);
}

/** out = x times the share of a standard normal below x (gelu), or, with `slope`, the slope of that. */
export function geluTo(out: usize, x: usize, n: i32, slope: bool): void {
  const half = constant(HALF);
  for (let i = 0; i < n; i += 4) {
    const v = i + 4 <= n ? v128.load(at(x, i)) : partial(at(x, i), n - i);
    const square = f32x4.neg(f32x4.mul(half, f32x4.mul(v, v)));
    if (i + 4 <= n) v128.store(at(out, i), square);
    else storePartial(at(out, i), square, n - i);
  }
  expTo(out, out, n); // exp(-x^2 / 2)
  const a5 = constant(A5), a4 = constant(A4), a3 = constant(A3), a2 = constant(A2), a1 = constant(A1);
  const one = constant(ONE), rootHalf = constant(ROOT_HALF), slant = constant(ERF_P), height = constant(BELL_HEIGHT);
  for (let i = 0; i < n; i += 4) {
    const wide = i + 4 <= n;
    const v = wide ? v128.load(at(x, i)) : partial(at(x, i), n - i);
    const bell = wide ? v128.load(at(out, i)) : partial(at(out, i), n - i);
    const t = f32x4.div(one, fma(f32x4.mul(f32x4.abs(v), rootHalf), slant, one));
    const p = fma(fma(fma(fma(a5, t, a4), t, a3), t, a2), t, a1);
    const size = f32x4.mul(half, f32x4.sub(one, f32x4.mul(f32x4.mul(p, t), bell))); // |erf| / 2
    const share = f32x4.add(half, v128.or(size, v128.and(v, f32x4.neg(f32x4.splat(0)))));
    const result = slope ? fma(f32x4.mul(v, height), bell, share) : f32x4.mul(v, share);
    if (wide) v128.store(at(out, i), result);
    else storePartial(at(out, i), result, n - i);
  }
}

/**
 * log(1 + exp(x)) = max(x, 0) + log1p(u) with u = exp(-|x|) <= 1, and log1p(u) = 2 artanh(u / (2 + u)): eight
 * terms of artanh's series at an argument of at most 1/3 leave a relative error below 1e-8, also for small u.
 */
export function softplusTo(out: usize, x: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) {
    if (i + 4 <= n) v128.store(at(out, i), f32x4.neg(f32x4.abs(v128.load(at(x, i)))));
    else storePartial(at(out, i), f32x4.neg(f32x4.abs(partial(at(x, i), n - i))), n - i);
  }
  expTo(out, out, n);
  const one = constant(ONE), two = f32x4.add(one, one);
  for (let i = 0; i < n; i += 4) {
    const wide = i + 4 <= n;
    const v = wide ? v128.load(at(x, i)) : partial(at(x, i), n - i);
    const u = wide ? v128.load(at(out, i)) : partial(at(out, i), n - i);
    const s = f32x4.div(u, f32x4.add(two, u)), q = f32x4.mul(s, s);
    let p = constant(ARTANH);
    for (let term = 1; term < ARTANH_TERMS; term++) p = fma(p, q, constant(ARTANH + term));
    const result = fma(f32x4.mul(two, s), p, f32x4.pmax(f32x4.splat(0), v));
    if (wide) v128.store(at(out, i), result);
    else storePartial(at(out, i), result, n - i);
  }
}
