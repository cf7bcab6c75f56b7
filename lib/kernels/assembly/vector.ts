// SIMD building blocks. Every loop handles four floats at a time and its tail with the same code on one lane.

/** a * b + c; one rounding where the host has relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** c - a * b, rounded as fma. */
// @ts-ignore: decorator
@inline
export function subtractProduct(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
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

/** out = left right. */
export function multiplyTo(out: usize, left: usize, right: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(out, i), f32x4.mul(v128.load(at(left, i)), v128.load(at(right, i))));
  for (; i < n; i++) store<f32>(at(out, i), load<f32>(at(left, i)) * load<f32>(at(right, i)));
}

/** out = x + s. */
export function shiftTo(out: usize, x: usize, s: f32, n: i32): void {
  const shift = f32x4.splat(s);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(out, i), f32x4.add(v128.load(at(x, i)), shift));
  for (; i < n; i++) store<f32>(at(out, i), load<f32>(at(x, i)) + s);
}

/** out = x + s y. */
export function addTo(out: usize, x: usize, y: usize, s: f32, n: i32): void {
  const factor = f32x4.splat(s);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(out, i), fma(factor, v128.load(at(y, i)), v128.load(at(x, i))));
  for (; i < n; i++) store<f32>(at(out, i), load<f32>(at(x, i)) + s * load<f32>(at(y, i)));
}

/** Sum of x_i y_i; sixteen running sums, so that none waits for the one before it. */
export function dot(x: usize, y: usize, n: i32): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    s0 = fma(v128.load(at(x, i)), v128.load(at(y, i)), s0);
    s1 = fma(v128.load(at(x, i + 4)), v128.load(at(y, i + 4)), s1);
    s2 = fma(v128.load(at(x, i + 8)), v128.load(at(y, i + 8)), s2);
    s3 = fma(v128.load(at(x, i + 12)), v128.load(at(y, i + 12)), s3);
  }
  for (; i + 4 <= n; i += 4) s0 = fma(v128.load(at(x, i)), v128.load(at(y, i)), s0);
  let total = laneSum(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; i < n; i++) total += load<f32>(at(x, i)) * load<f32>(at(y, i));
  return total;
}

/** Sum of x_i. */
export function sum(x: usize, n: i32): f32 {
  let first = f32x4.splat(0), second = first;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    first = f32x4.add(first, v128.load(at(x, i)));
    second = f32x4.add(second, v128.load(at(x, i + 4)));
  }
  for (; i + 4 <= n; i += 4) first = f32x4.add(first, v128.load(at(x, i)));
  let result = laneSum(f32x4.add(first, second));
  for (; i < n; i++) result += load<f32>(at(x, i));
  return result;
}

/** out[j] += sum over rows of x[row, j]. */
export function columnSums(x: usize, out: usize, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++) addScaled(out, at(x, row * width), 1, width);
}

/** The same for rows [from, to), from zero. */
export function sumRows(from: i32, to: i32, x: usize, width: i32, out: usize): void {
  zero(out, width);
  columnSums(at(x, from * width), out, to - from, width);
}

/** out = the sum of the vectors of n floats that lie `stride` apart, added in their order. */
export function sumBlocks(out: usize, sums: usize, blocks: i32, stride: i32, n: i32): void {
  copy(out, sums, n);
  for (let block = 1; block < blocks; block++) addScaled(out, at(sums, block * stride), 1, n);
}

/** Adds the vectors of n float64 numbers that lie behind the first one to it, in their order. */
export function sumDoubles(sums: usize, blocks: i32, n: i32): void {
  for (let i = n; i < blocks * n; i++) {
    const to = sums + (i % n << 3);
    store<f64>(to, load<f64>(to) + load<f64>(sums + (i << 3)));
  }
}
