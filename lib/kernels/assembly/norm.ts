// RMSNorm of y silu(z) and LayerNorm over rows of `width` floats, forward and backward. Absent vectors (z, weight,
// bias) are null pointers. `scratch` holds two rows.
import { addScaled, at, copy, dot, fma, laneSum, read, scaleTo, sigmoid4, siluSlope4, write, zero } from "./vector";

/** out = left right; out = left when right is null. */
function multiplyTo(out: usize, left: usize, right: usize, n: i32): void {
  if (!right) {
    if (out != left) copy(out, left, n);
    return;
  }
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(out, i), f32x4.mul(v128.load(at(left, i)), v128.load(at(right, i))));
  for (; i < n; i++) store<f32>(at(out, i), load<f32>(at(left, i)) * load<f32>(at(right, i)));
}

/** out += left right. */
function multiplyAdd(out: usize, left: usize, right: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(at(out, i), fma(v128.load(at(left, i)), v128.load(at(right, i)), v128.load(at(out, i))));
  }
  for (; i < n; i++) {
    store<f32>(at(out, i), load<f32>(at(out, i)) + load<f32>(at(left, i)) * load<f32>(at(right, i)));
  }
}

// @ts-ignore: decorator
@inline
function inverseRoot(u: usize, width: i32, eps: f32): f32 {
  return 1 / sqrt<f32>(dot(u, u, width) / <f32> width + eps);
}

/** out = y silu(z). */
function gate(out: usize, y: usize, z: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const g = v128.load(at(z, i));
    v128.store(at(out, i), f32x4.mul(v128.load(at(y, i)), f32x4.mul(g, sigmoid4(g))));
  }
  for (; i < n; i++) {
    const g = v128.load32_splat(at(z, i));
    const gated = f32x4.mul(v128.load32_splat(at(y, i)), f32x4.mul(g, sigmoid4(g)));
    v128.store_lane<f32>(at(out, i), gated, 0);
  }
}

/** out = s x w, or out += s x w. */
function scaleByTo(out: usize, x: usize, w: usize, s: f32, n: i32, accumulate: i32): void {
  const factor = f32x4.splat(s);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = f32x4.mul(f32x4.mul(factor, v128.load(at(x, i))), v128.load(at(w, i)));
    v128.store(at(out, i), accumulate ? f32x4.add(v, v128.load(at(out, i))) : v);
  }
  for (; i < n; i++) {
    const v = s * load<f32>(at(x, i)) * load<f32>(at(w, i));
    store<f32>(at(out, i), accumulate ? v + load<f32>(at(out, i)) : v);
  }
}

/** out (+)= factor rmsNorm(y silu(z)) weight. Rows of y and out are contiguous, rows of z `strideZ` floats apart. */
export function rmsForward(
  rows: i32, width: i32, eps: f32, y: usize, z: usize, strideZ: i32, weight: usize,
  factor: f32, accumulate: i32, out: usize, scratch: usize,
): void {
  for (let row = 0; row < rows; row++) {
    let u = at(y, row * width);
    if (z) {
      gate(scratch, u, at(z, row * strideZ), width);
      u = scratch;
    }
    scaleByTo(at(out, row * width), u, weight, factor * inverseRoot(u, width, eps), width, accumulate);
  }
}

/**
 * dy is written; dz (rows `strideDz` apart) and dWeight are added to; all from factor dOut. With r the inverse root
 * and g = factor dOut weight: du = r (g - u r^2 <g, u> / width), dy = du silu(z), dz = du y silu'(z).
 */
export function rmsBackward(
  rows: i32, width: i32, eps: f32, y: usize, z: usize, strideZ: i32, weight: usize, factor: f32, dOut: usize,
  dy: usize, dz: usize, strideDz: i32, dWeight: usize, scratch: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const inY = at(y, row * width), grad = at(dOut, row * width), to = at(dy, row * width);
    if (z) {
      gatedRow(width, eps, inY, at(z, row * strideZ), weight, factor, grad, to, at(dz, row * strideDz), dWeight, scratch);
    } else {
      const root = inverseRoot(inY, width, eps);
      scaleByTo(dWeight, inY, grad, factor * root, width, 1);
      multiplyTo(to, grad, weight, width);
      const share = factor * dot(to, inY, width) / <f32> width * root * root;
      scaleTo(to, to, factor * root, width);
      addScaled(to, inY, -share * root, width);
    }
  }
}

/** One row: the gates' sigmoids are kept in `scratch` between the two passes. */
function gatedRow(
  n: i32, eps: f32, y: usize, z: usize, weight: usize, factor: f32, grad: usize,
  dy: usize, dz: usize, dWeight: usize, scratch: usize,
): void {
  let squares = f32x4.splat(0), cross = squares;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const g = v128.load(at(z, i)), s = sigmoid4(g);
    v128.store(at(scratch, i), s);
    const u = f32x4.mul(v128.load(at(y, i)), f32x4.mul(g, s));
    squares = fma(u, u, squares);
    cross = fma(f32x4.mul(v128.load(at(grad, i)), v128.load(at(weight, i))), u, cross);
  }
  for (; i < n; i++) {
    const g = v128.load32_zero(at(z, i)), s = sigmoid4(g);
    v128.store_lane<f32>(at(scratch, i), s, 0);
    const u = f32x4.mul(v128.load32_zero(at(y, i)), f32x4.mul(g, s));
    squares = fma(u, u, squares);
    cross = fma(f32x4.mul(v128.load32_zero(at(grad, i)), v128.load32_zero(at(weight, i))), u, cross);
  }
  const root: f32 = 1 / sqrt<f32>(laneSum(squares) / <f32> n + eps);
  const share = f32x4.splat(factor * laneSum(cross) / <f32> n * root * root * root);
  const scale = f32x4.splat(factor * root);
  for (i = 0; i + 4 <= n; i += 4) gatedLanes(i, y, z, weight, grad, dy, dz, dWeight, scratch, share, scale, true);
  for (; i < n; i++) gatedLanes(i, y, z, weight, grad, dy, dz, dWeight, scratch, share, scale, false);
}

// @ts-ignore: decorator
@inline
function gatedLanes(
  i: i32, y: usize, z: usize, weight: usize, grad: usize, dy: usize, dz: usize, dWeight: usize, scratch: usize,
  share: v128, scale: v128, wide: bool,
): void {
  const g = read(at(z, i), wide), s = read(at(scratch, i), wide), inner = read(at(y, i), wide);
  const silu = f32x4.mul(g, s), u = f32x4.mul(inner, silu), out = f32x4.mul(scale, read(at(grad, i), wide));
  const du = f32x4.sub(f32x4.mul(out, read(at(weight, i), wide)), f32x4.mul(share, u));
  write(at(dWeight, i), fma(out, u, read(at(dWeight, i), wide)), wide);
  write(at(dy, i), f32x4.mul(du, silu), wide);
  write(at(dz, i), fma(du, f32x4.mul(inner, siluSlope4(g, s)), read(at(dz, i), wide)), wide);
}

function sum(x: usize, n: i32): f32 {
  let total = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) total = f32x4.add(total, v128.load(at(x, i)));
  let result = laneSum(total);
  for (; i < n; i++) result += load<f32>(at(x, i));
  return result;
}

/** out = x + s. */
function shiftTo(out: usize, x: usize, s: f32, n: i32): void {
  const shift = f32x4.splat(s);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(out, i), f32x4.add(v128.load(at(x, i)), shift));
  for (; i < n; i++) store<f32>(at(out, i), load<f32>(at(x, i)) + s);
}

/** out = (x - mean) / sqrt(variance + eps); returns the factor. */
function normalise(out: usize, x: usize, width: i32, eps: f32): f32 {
  shiftTo(out, x, -sum(x, width) / <f32> width, width);
  const root = inverseRoot(out, width, eps);
  scaleTo(out, out, root, width);
  return root;
}

export function layerForward(
  rows: i32, width: i32, eps: f32, x: usize, weight: usize, bias: usize, out: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const to = at(out, row * width);
    normalise(to, at(x, row * width), width, eps);
    multiplyTo(to, to, weight, width);
    if (bias) addScaled(to, bias, 1, width);
  }
}

/** dx, and dWeight and dBias (which must start at 0, or be null) from dOut. */
export function layerBackward(
  rows: i32, width: i32, eps: f32, x: usize, weight: usize, dOut: usize,
  dx: usize, dWeight: usize, dBias: usize, scratch: usize,
): void {
  const normal = scratch, product = at(scratch, width);
  for (let row = 0; row < rows; row++) {
    const grad = at(dOut, row * width), to = at(dx, row * width);
    const root = normalise(normal, at(x, row * width), width, eps);
    if (dWeight) multiplyAdd(dWeight, normal, grad, width);
    if (dBias) addScaled(dBias, grad, 1, width);
    multiplyTo(product, grad, weight, width);
    const mean = sum(product, width) / <f32> width, share = dot(product, normal, width) / <f32> width;
    shiftTo(product, product, -mean, width);
    addScaled(product, normal, -share, width);
    scaleTo(to, product, root, width);
  }
}

/** Zeroes a vector of sums before its rows are added. */
export function clear(out: usize, n: i32): void {
  zero(out, n);
}
