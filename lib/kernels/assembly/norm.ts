// RMSNorm of y silu(z) and LayerNorm over rows of `width` floats, forward and backward. Absent vectors (z, weight,
// bias) are null pointers. `scratch` holds two rows.
import { addScaled, at, copy, dot, fma, laneSum, scaleTo, sigmoid4, siluSlope4, zero } from "./vector";

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

/** dy = du silu(z), dz = du y silu'(z). */
function gateBackward(du: usize, y: usize, z: usize, dy: usize, dz: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const g = v128.load(at(z, i)), s = sigmoid4(g), u = v128.load(at(du, i));
    const inner = v128.load(at(y, i));
    v128.store(at(dy, i), f32x4.mul(u, f32x4.mul(g, s)));
    v128.store(at(dz, i), f32x4.mul(u, f32x4.mul(inner, siluSlope4(g, s))));
  }
  for (; i < n; i++) {
    const g = v128.load32_splat(at(z, i)), s = sigmoid4(g), u = v128.load32_splat(at(du, i));
    const inner = v128.load32_splat(at(y, i));
    v128.store_lane<f32>(at(dy, i), f32x4.mul(u, f32x4.mul(g, s)), 0);
    v128.store_lane<f32>(at(dz, i), f32x4.mul(u, f32x4.mul(inner, siluSlope4(g, s))), 0);
  }
}

// @ts-ignore: decorator
@inline
function inverseRoot(u: usize, width: i32, eps: f32): f32 {
  return 1 / sqrt<f32>(dot(u, u, width) / <f32> width + eps);
}

/** Rows of y and out are contiguous; rows of z lie `strideZ` floats apart. */
export function rmsForward(
  rows: i32, width: i32, eps: f32, y: usize, z: usize, strideZ: i32, weight: usize, out: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const to = at(out, row * width);
    let u = at(y, row * width);
    if (z) {
      gate(to, u, at(z, row * strideZ), width);
      u = to;
    }
    scaleTo(to, u, inverseRoot(u, width, eps), width);
    multiplyTo(to, to, weight, width);
  }
}

/** dy, dz (rows `strideDz` apart) and dWeight (which must start at 0) from dOut. */
export function rmsBackward(
  rows: i32, width: i32, eps: f32, y: usize, z: usize, strideZ: i32, weight: usize, dOut: usize,
  dy: usize, dz: usize, strideDz: i32, dWeight: usize, scratch: usize,
): void {
  const gated = scratch, product = at(scratch, width);
  for (let row = 0; row < rows; row++) {
    const inY = at(y, row * width), grad = at(dOut, row * width), to = at(dy, row * width);
    let u = inY;
    if (z) {
      gate(gated, inY, at(z, row * strideZ), width);
      u = gated;
    }
    const root = inverseRoot(u, width, eps);
    scaleTo(product, u, root, width);
    multiplyAdd(dWeight, product, grad, width);
    multiplyTo(product, grad, weight, width); // gradient of the normal value
    const share = dot(product, u, width) / <f32> width * root * root;
    addScaled(product, u, -share, width);
    if (z) {
      scaleTo(product, product, root, width);
      gateBackward(product, inY, at(z, row * strideZ), to, at(dz, row * strideDz), width);
    } else scaleTo(to, product, root, width);
  }
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
