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

/** out += left right. */
export function multiplyAdd(out: usize, left: usize, right: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(at(out, i), fma(v128.load(at(left, i)), v128.load(at(right, i)), v128.load(at(out, i))));
  }
  for (; i < n; i++) {
    store<f32>(at(out, i), load<f32>(at(out, i)) + load<f32>(at(left, i)) * load<f32>(at(right, i)));
  }
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

/** Sum of x_i y_i; four running sums, so the error grows with n / 4. */
export function dot(x: usize, y: usize, n: i32): f32 {
  let sum = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) sum = fma(v128.load(at(x, i)), v128.load(at(y, i)), sum);
  let total = laneSum(sum);
  for (; i < n; i++) total += load<f32>(at(x, i)) * load<f32>(at(y, i));
  return total;
}

/** Sum of x_i. */
export function sum(x: usize, n: i32): f32 {
  let total = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) total = f32x4.add(total, v128.load(at(x, i)));
  let result = laneSum(total);
  for (; i < n; i++) result += load<f32>(at(x, i));
  return result;
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
