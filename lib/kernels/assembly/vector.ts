// SIMD building blocks. Every loop handles four floats at a time and its tail with the same code on one lane.

/** a * b + c; one rounding where the host has relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Address of element `index` of a float array. */
// @ts-ignore: decorator
@inline
export function at(base: usize, index: i32): usize {
  return base + ((<usize> index) << 2);
}

// @ts-ignore: decorator
@inline
export function laneSum(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** 1.5 * 2^23: adding it rounds to an integer, which then stands in the lowest bits. */
const ROUNDER: f32 = 12582912;

/**
 * exp by range reduction to |r| <= ln(2)/2 and a degree-5 polynomial in r (the coefficients of Cephes' expf,
 * S. Moshier): relative error below 2e-7; arguments are clamped to [-87, 88], so nothing overflows. NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const limited = f32x4.pmax(f32x4.pmin(x, f32x4.splat(88)), f32x4.splat(-87));
  const shifted = fma(limited, f32x4.splat(1.44269504088896341), f32x4.splat(ROUNDER));
  const n = f32x4.sub(shifted, f32x4.splat(ROUNDER));
  const r = fma(n, f32x4.splat(2.12194440e-4), fma(n, f32x4.splat(-0.693359375), limited));
  let p = fma(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = fma(p, r, f32x4.splat(8.3334519073e-3));
  p = fma(p, r, f32x4.splat(4.1665795894e-2));
  p = fma(p, r, f32x4.splat(1.6666665459e-1));
  p = fma(p, r, f32x4.splat(5.0000001201e-1));
  p = fma(p, f32x4.mul(r, r), f32x4.add(r, f32x4.splat(1)));
  // 2^n p: n added to the exponent of p, which lies in [0.7, 1.5]; n >= -126 keeps the sum in range
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** Slope of x * sigmoid(x), given s = sigmoid(x): s (1 + x (1 - s)). */
// @ts-ignore: decorator
@inline
export function siluSlope4(x: v128, s: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.mul(s, fma(x, f32x4.sub(one, s), one));
}

/**
 * log(1 + exp(x)) = max(x, 0) + log1p(u) with u = exp(-|x|) <= 1, and log1p(u) = 2 artanh(u / (2 + u)): eight
 * terms of artanh's series at an argument of at most 1/3 leave a relative error below 1e-8, also for small u.
 */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  const u = exp4(f32x4.neg(f32x4.abs(x)));
  const s = f32x4.div(u, f32x4.add(u, f32x4.splat(2)));
  const square = f32x4.mul(s, s);
  let p = fma(f32x4.splat(1.0 / 15), square, f32x4.splat(1.0 / 13));
  p = fma(p, square, f32x4.splat(1.0 / 11));
  p = fma(p, square, f32x4.splat(1.0 / 9));
  p = fma(p, square, f32x4.splat(1.0 / 7));
  p = fma(p, square, f32x4.splat(1.0 / 5));
  p = fma(p, square, f32x4.splat(1.0 / 3));
  p = fma(p, square, f32x4.splat(1));
  return fma(f32x4.add(s, s), p, f32x4.max(x, f32x4.splat(0)));
}

/** Four floats, or one (and zeros) where they do not fill a register. */
// @ts-ignore: decorator
@inline
export function read(from: usize, wide: bool): v128 {
  return wide ? v128.load(from) : v128.load32_zero(from);
}

// @ts-ignore: decorator
@inline
export function write(to: usize, v: v128, wide: bool): void {
  if (wide) v128.store(to, v);
  else v128.store_lane<f32>(to, v, 0);
}

export function zero(out: usize, n: i32): void {
  memory.fill(out, 0, (<usize> n) << 2);
}

export function copy(out: usize, x: usize, n: i32): void {
  memory.copy(out, x, (<usize> n) << 2);
}

/** out = s x. */
export function scaleTo(out: usize, x: usize, s: f32, n: i32): void {
  const factor = f32x4.splat(s);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(out, i), f32x4.mul(factor, v128.load(at(x, i))));
  for (; i < n; i++) store<f32>(at(out, i), s * load<f32>(at(x, i)));
}

/** out += s x. */
export function addScaled(out: usize, x: usize, s: f32, n: i32): void {
  const factor = f32x4.splat(s);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(out, i), fma(factor, v128.load(at(x, i)), v128.load(at(out, i))));
  for (; i < n; i++) store<f32>(at(out, i), load<f32>(at(out, i)) + s * load<f32>(at(x, i)));
}

/** out = x + s y. */
export function addTo(out: usize, x: usize, y: usize, s: f32, n: i32): void {
  const factor = f32x4.splat(s);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(out, i), fma(factor, v128.load(at(y, i)), v128.load(at(x, i))));
  for (; i < n; i++) store<f32>(at(out, i), load<f32>(at(x, i)) + s * load<f32>(at(y, i)));
}

/** Sum of x_i y_i; four running sums, so the error grows with n / 4. */
export function dot(x: usize, y: usize, n: i32): f32 {
  let sum = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) sum = fma(v128.load(at(x, i)), v128.load(at(y, i)), sum);
  let total = laneSum(sum);
  for (; i < n; i++) total += load<f32>(at(x, i)) * load<f32>(at(y, i));
  return total;
}

/** out = exp(x). */
export function expTo(out: usize, x: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(out, i), exp4(v128.load(at(x, i))));
  for (; i < n; i++) v128.store_lane<f32>(at(out, i), exp4(v128.load32_splat(at(x, i))), 0);
}

/** Sum of squares in float64, for norms over millions of entries. */
export function sumOfSquares(x: usize, n: i32): f64 {
  let total: f64 = 0;
  for (let i = 0; i < n; i += 4096) {
    const block = min(4096, n - i);
    total += <f64> dot(at(x, i), at(x, i), block);
  }
  return total;
}

/** out[j] += sum over rows of x[row, j]. */
export function columnSums(x: usize, out: usize, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++) addScaled(out, at(x, row * width), 1, width);
}
