// Everything that needs an exponential, as loops over arrays. V8 builds a SIMD constant anew wherever one is
// written, four instructions each, which made these loops three times slower than their arithmetic. So the
// constants are kept in memory by `placeConstants` and read into locals before each loop.
import { at, fma } from "./vector";

/** Bytes of memory that `placeConstants` must be given. */
export const CONSTANT_BYTES = 4 * 32;

let constants: usize = 0;

// exp by range reduction to |r| <= ln(2)/2 and a degree-5 polynomial in r, with the coefficients of Cephes' expf
// (S. Moshier): relative error below 2e-7.
const HIGH = 0, LOW = 1, LOG2E = 2, ROUNDER = 3, LN2_HIGH = 4, LN2_LOW = 5;
const E5 = 6, E4 = 7, E3 = 8, E2 = 9, E1 = 10, E0 = 11, ONE = 12;
// erf by Abramowitz and Stegun 7.1.26: absolute error below 1.5e-7.
const ERF_P = 13, A5 = 14, A4 = 15, A3 = 16, A2 = 17, A1 = 18;
const HALF = 19, ROOT_HALF = 20, BELL_HEIGHT = 21;

export function placeConstants(memory: usize): void {
  constants = memory;
  place(HIGH, 88); place(LOW, -87);
  place(LOG2E, 1.44269504088896341);
  place(ROUNDER, 12582912); // 1.5 * 2^23: adding it rounds to an integer, which then stands in the lowest bits
  place(LN2_HIGH, -0.693359375); place(LN2_LOW, 2.12194440e-4);
  place(E5, 1.9875691500e-4); place(E4, 1.3981999507e-3); place(E3, 8.3334519073e-3);
  place(E2, 4.1665795894e-2); place(E1, 1.6666665459e-1); place(E0, 5.0000001201e-1); place(ONE, 1);
  place(ERF_P, 0.3275911);
  place(A5, 1.061405429); place(A4, -1.453152027); place(A3, 1.421413741);
  place(A2, -0.284496736); place(A1, 0.254829592);
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

// What `each` does with x and e = exp(x), or exp(-x) for the last three.
const EXP = 0, SIGMOID = 1, SILU = 2, SILU_SLOPE = 3;

/** out = exp(x); arguments are clamped to [-87, 88], so nothing overflows. NaN stays NaN. */
export function expTo(out: usize, x: usize, n: i32): void {
  each(EXP, out, x, n);
}

/** out = s = 1 / (1 + exp(-x)). */
export function sigmoidTo(out: usize, x: usize, n: i32): void {
  each(SIGMOID, out, x, n);
}

/** out = x s. */
export function siluTo(out: usize, x: usize, n: i32): void {
  each(SILU, out, x, n);
}

/** out = s + x s (1 - s), the slope of x s. */
export function siluSlopeTo(out: usize, x: usize, n: i32): void {
  each(SILU_SLOPE, out, x, n);
}

// @ts-ignore: decorator
@inline
function each(kind: i32, out: usize, x: usize, n: i32): void {
  const high = constant(HIGH), low = constant(LOW), log2e = constant(LOG2E), rounder = constant(ROUNDER);
  const ln2High = constant(LN2_HIGH), ln2Low = constant(LN2_LOW), one = constant(ONE);
  const e5 = constant(E5), e4 = constant(E4), e3 = constant(E3), e2 = constant(E2), e1 = constant(E1), e0 = constant(E0);
  for (let i = 0; i < n; i += 4) {
    const wide = i + 4 <= n;
    const v = wide ? v128.load(at(x, i)) : partial(at(x, i), n - i);
    const limited = f32x4.pmax(f32x4.pmin(kind == EXP ? v : f32x4.neg(v), high), low);
    const shifted = fma(limited, log2e, rounder);
    const whole = f32x4.sub(shifted, rounder);
    const r = fma(whole, ln2Low, fma(whole, ln2High, limited));
    let p = fma(fma(fma(e5, r, e4), r, e3), r, e2);
    p = fma(fma(p, r, e1), r, e0);
    p = fma(p, f32x4.mul(r, r), f32x4.add(r, one));
    // 2^whole p: added to the exponent of p, which lies in [0.7, 1.5]; whole >= -126 keeps the sum in range
    let result = i32x4.add(p, i32x4.shl(shifted, 23));
    if (kind != EXP) {
      const s = f32x4.div(one, f32x4.add(one, result)), silu = f32x4.mul(v, s);
      if (kind == SIGMOID) result = s;
      else if (kind == SILU) result = silu;
      else result = f32x4.add(s, f32x4.sub(silu, f32x4.mul(silu, s)));
    }
    if (wide) v128.store(at(out, i), result);
    else storePartial(at(out, i), result, n - i);
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
  for (let i = 0; i < n; i++) store<f32>(at(out, i), -abs<f32>(load<f32>(at(x, i))));
  expTo(out, out, n);
  for (let i = 0; i < n; i++) {
    const u = load<f32>(at(out, i)), s = u / (2 + u), q = s * s;
    let p: f32 = 1.0 / 13 + q * (1.0 / 15);
    p = 1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q * p)))));
    store<f32>(at(out, i), max<f32>(load<f32>(at(x, i)), 0) + 2 * s * p);
  }
}
