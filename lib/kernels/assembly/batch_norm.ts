// BatchNorm of each column over the rows of a table, each row counting by its share, then, if asked for, ReLU; forward
// and backward.
import { addScaled, at, fma, read, write, zero } from "./vector";

/** variance += share (x - mean)^2. */
function addSquares(variance: usize, x: usize, mean: usize, share: f32, n: i32): void {
  const factor = f32x4.splat(share);
  let i = 0;
  for (; i + 4 <= n; i += 4) addSquaresLanes(i, variance, x, mean, factor, true);
  for (; i < n; i++) addSquaresLanes(i, variance, x, mean, factor, false);
}

// @ts-ignore: decorator
@inline
function addSquaresLanes(i: i32, variance: usize, x: usize, mean: usize, share: v128, wide: bool): void {
  const centred = f32x4.sub(read(at(x, i), wide), read(at(mean, i), wide));
  const weighed = f32x4.mul(share, centred);
  write(at(variance, i), fma(weighed, centred, read(at(variance, i), wide)), wide);
}

function inverseRoots(out: usize, variance: usize, eps: f32, n: i32): void {
  for (let i = 0; i < n; i++) store<f32>(at(out, i), 1 / sqrt<f32>(load<f32>(at(variance, i)) + eps));
}

/** mean, variance and out = (x - mean) / sqrt(variance + eps) weight + bias; `scratch` holds two rows. */
export function batchForward(
  rows: i32, width: i32, eps: f32, relu: i32, x: usize, shares: usize, weight: usize, bias: usize,
  mean: usize, variance: usize, out: usize, scratch: usize,
): void {
  zero(mean, width);
  zero(variance, width);
  for (let row = 0; row < rows; row++) addScaled(mean, at(x, row * width), load<f32>(at(shares, row)), width);
  for (let row = 0; row < rows; row++) {
    addSquares(variance, at(x, row * width), mean, load<f32>(at(shares, row)), width);
  }
  const scale = scratch, shift = at(scratch, width);
  inverseRoots(scale, variance, eps, width);
  for (let i = 0; i < width; i++) {
    const factor = load<f32>(at(scale, i)) * load<f32>(at(weight, i));
    store<f32>(at(scale, i), factor);
    store<f32>(at(shift, i), load<f32>(at(bias, i)) - load<f32>(at(mean, i)) * factor);
  }
  const floor = f32x4.splat(relu ? 0 : -Infinity);
  for (let row = 0; row < rows; row++) {
    moveRow(at(out, row * width), at(x, row * width), scale, shift, floor, width);
  }
}

/** out = max(x scale + shift, floor). */
function moveRow(out: usize, x: usize, scale: usize, shift: usize, floor: v128, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) moveLanes(i, out, x, scale, shift, floor, true);
  for (; i < n; i++) moveLanes(i, out, x, scale, shift, floor, false);
}

// @ts-ignore: decorator
@inline
function moveLanes(i: i32, out: usize, x: usize, scale: usize, shift: usize, floor: v128, wide: bool): void {
  const moved = fma(read(at(x, i), wide), read(at(scale, i), wide), read(at(shift, i), wide));
  write(at(out, i), f32x4.max(moved, floor), wide);
}

/**
 * dx, dWeight and dBias from dOut. With u = (x - mean) / sqrt(variance + eps) and g = dOut where ReLU let through:
 * dBias = sum of g, dWeight = sum of g u, dx = weight / sqrt(variance + eps) (g - share (dBias + u dWeight)).
 * `scratch` holds a row.
 */
export function batchBackward(
  rows: i32, width: i32, eps: f32, relu: i32, x: usize, shares: usize, weight: usize,
  mean: usize, variance: usize, out: usize, dOut: usize, dx: usize, dWeight: usize, dBias: usize, scratch: usize,
): void {
  inverseRoots(scratch, variance, eps, width);
  zero(dWeight, width);
  zero(dBias, width);
  for (let row = 0; row < rows; row++) {
    const from = row * width, gate = relu ? at(out, from) : 0;
    addSums(at(x, from), mean, scratch, gate, at(dOut, from), dWeight, dBias, width);
  }
  for (let row = 0; row < rows; row++) {
    const from = row * width, gate = relu ? at(out, from) : 0;
    const share = f32x4.splat(load<f32>(at(shares, row)));
    returnRow(at(x, from), mean, scratch, weight, gate, at(dOut, from), dWeight, dBias, share, at(dx, from), width);
  }
}

/** dOut, or 0 where ReLU's output (`gate`, if any) is 0. */
// @ts-ignore: decorator
@inline
function gradient(i: i32, dOut: usize, gate: usize, wide: bool): v128 {
  const g = read(at(dOut, i), wide);
  return gate ? v128.and(g, f32x4.gt(read(at(gate, i), wide), f32x4.splat(0))) : g;
}

// @ts-ignore: decorator
@inline
function normal(i: i32, x: usize, mean: usize, root: usize, wide: bool): v128 {
  return f32x4.mul(f32x4.sub(read(at(x, i), wide), read(at(mean, i), wide)), read(at(root, i), wide));
}

function addSums(
  x: usize, mean: usize, root: usize, gate: usize, dOut: usize, dWeight: usize, dBias: usize, n: i32,
): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) addSumsLanes(i, x, mean, root, gate, dOut, dWeight, dBias, true);
  for (; i < n; i++) addSumsLanes(i, x, mean, root, gate, dOut, dWeight, dBias, false);
}

// @ts-ignore: decorator
@inline
function addSumsLanes(
  i: i32, x: usize, mean: usize, root: usize, gate: usize, dOut: usize, dWeight: usize, dBias: usize, wide: bool,
): void {
  const g = gradient(i, dOut, gate, wide);
  write(at(dBias, i), f32x4.add(g, read(at(dBias, i), wide)), wide);
  write(at(dWeight, i), fma(g, normal(i, x, mean, root, wide), read(at(dWeight, i), wide)), wide);
}

function returnRow(
  x: usize, mean: usize, root: usize, weight: usize, gate: usize, dOut: usize, dWeight: usize, dBias: usize,
  share: v128, dx: usize, n: i32,
): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) returnLanes(i, x, mean, root, weight, gate, dOut, dWeight, dBias, share, dx, true);
  for (; i < n; i++) returnLanes(i, x, mean, root, weight, gate, dOut, dWeight, dBias, share, dx, false);
}

// @ts-ignore: decorator
@inline
function returnLanes(
  i: i32, x: usize, mean: usize, root: usize, weight: usize, gate: usize, dOut: usize, dWeight: usize,
  dBias: usize, share: v128, dx: usize, wide: bool,
): void {
  const u = normal(i, x, mean, root, wide);
  const through = fma(u, read(at(dWeight, i), wide), read(at(dBias, i), wide));
  const inner = f32x4.sub(gradient(i, dOut, gate, wide), f32x4.mul(share, through));
  write(at(dx, i), f32x4.mul(f32x4.mul(read(at(root, i), wide), read(at(weight, i), wide)), inner), wide);
}
