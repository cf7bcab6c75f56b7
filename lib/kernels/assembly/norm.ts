// RMSNorm of y silu(z) and LayerNorm over rows of `width` floats, forward and backward. Absent vectors (z, weight,
// bias) are null pointers.
import { sigmoidTo, siluTo } from "./exponential";
import { addScaled, at, copy, dot, fma, laneSum, multiplyAdd, multiplyTo, read, scaleTo, shiftTo, sum, write, zero } from "./vector";

/** out = x weight, or x where there is no weight. */
function weighTo(out: usize, x: usize, weight: usize, n: i32): void {
  if (weight) multiplyTo(out, x, weight, n);
  else if (out != x) copy(out, x, n);
}

// @ts-ignore: decorator
@inline
function inverseRoot(u: usize, width: i32, eps: f32): f32 {
  return 1 / sqrt<f32>(dot(u, u, width) / <f32> width + eps);
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

/**
 * out (+)= factor rmsNorm(y silu(z)) weight. Rows of y and out are contiguous, rows of z `strideZ` floats apart;
 * `scratch` holds one row.
 */
export function rmsForward(
  rows: i32, width: i32, eps: f32, y: usize, z: usize, strideZ: i32, weight: usize,
  factor: f32, accumulate: i32, out: usize, scratch: usize,
): void {
  for (let row = 0; row < rows; row++) {
    let u = at(y, row * width);
    if (z) {
      siluTo(scratch, at(z, row * strideZ), width);
      multiplyTo(scratch, scratch, u, width);
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
      const inZ = at(z, row * strideZ);
      sigmoidTo(scratch, inZ, width);
      gatedRow(width, eps, inY, inZ, scratch, weight, factor, grad, to, at(dz, row * strideDz), dWeight);
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

/** One row, given s = sigmoid(z): first <u, u> and <dOut weight, u>, then the gradients. */
function gatedRow(
  n: i32, eps: f32, y: usize, z: usize, s: usize, weight: usize, factor: f32, grad: usize,
  dy: usize, dz: usize, dWeight: usize,
): void {
  let squares = f32x4.splat(0), cross = squares;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const u = gated(i, y, z, s, true);
    squares = fma(u, u, squares);
    cross = fma(f32x4.mul(v128.load(at(grad, i)), v128.load(at(weight, i))), u, cross);
  }
  for (; i < n; i++) {
    const u = gated(i, y, z, s, false);
    squares = fma(u, u, squares);
    cross = fma(f32x4.mul(v128.load32_zero(at(grad, i)), v128.load32_zero(at(weight, i))), u, cross);
  }
  const root: f32 = 1 / sqrt<f32>(laneSum(squares) / <f32> n + eps);
  const share = f32x4.splat(factor * laneSum(cross) / <f32> n * root * root * root);
  const scale = f32x4.splat(factor * root);
  for (i = 0; i + 4 <= n; i += 4) gatedLanes(i, y, z, s, weight, grad, dy, dz, dWeight, share, scale, true);
  for (; i < n; i++) gatedLanes(i, y, z, s, weight, grad, dy, dz, dWeight, share, scale, false);
}

// @ts-ignore: decorator
@inline
function gated(i: i32, y: usize, z: usize, s: usize, wide: bool): v128 {
  return f32x4.mul(read(at(y, i), wide), f32x4.mul(read(at(z, i), wide), read(at(s, i), wide)));
}

// @ts-ignore: decorator
@inline
function gatedLanes(
  i: i32, y: usize, z: usize, s: usize, weight: usize, grad: usize, dy: usize, dz: usize, dWeight: usize,
  share: v128, scale: v128, wide: bool,
): void {
  const sigmoid = read(at(s, i), wide), inner = read(at(y, i), wide);
  const silu = f32x4.mul(read(at(z, i), wide), sigmoid), u = f32x4.mul(inner, silu);
  const out = f32x4.mul(scale, read(at(grad, i), wide));
  const du = f32x4.sub(f32x4.mul(out, read(at(weight, i), wide)), f32x4.mul(share, u));
  const slope = f32x4.add(sigmoid, f32x4.sub(silu, f32x4.mul(silu, sigmoid)));
  write(at(dWeight, i), fma(out, u, read(at(dWeight, i), wide)), wide);
  write(at(dy, i), f32x4.mul(du, silu), wide);
  write(at(dz, i), fma(du, f32x4.mul(inner, slope), read(at(dz, i), wide)), wide);
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
    if (weight) multiplyTo(to, to, weight, width);
    if (bias) addScaled(to, bias, 1, width);
  }
}

/** dx, and dWeight and dBias (which must start at 0, or be null) from dOut; `scratch` holds two rows. */
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
    weighTo(product, grad, weight, width);
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
