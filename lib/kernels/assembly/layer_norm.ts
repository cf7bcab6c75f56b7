// LayerNorm over rows of `width` floats, forward and backward. Absent vectors (weight, bias) are null pointers.
import { inverseRoot } from "./norm";
import { at, fma, laneSum, read, subtractProduct, sum, write, zero } from "./vector";

/** The sum of squares around the mean, in four lanes. */
// @ts-ignore: decorator
@inline
function squaresAround(mean: f32, x: usize, n: i32): v128 {
  const centre = f32x4.splat(mean);
  let first = f32x4.splat(0), second = first;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const u = f32x4.sub(v128.load(at(x, i)), centre), v = f32x4.sub(v128.load(at(x, i + 4)), centre);
    first = fma(u, u, first);
    second = fma(v, v, second);
  }
  first = f32x4.add(first, second);
  for (; i < n; i++) {
    const v = load<f32>(at(x, i)) - mean;
    first = f32x4.add(first, f32x4.replace_lane(f32x4.splat(0), 0, v * v));
  }
  return first;
}

/** Rows [from, to) of out = (x - mean) / sqrt(variance + eps) weight + bias. */
export function layerForward(
  from: i32, to: i32, width: i32, eps: f32, x: usize, weight: usize, bias: usize, out: usize,
): void {
  for (let row = from; row < to; row++) {
    const here = at(x, row * width), there = at(out, row * width);
    const mean = sum(here, width) / <f32> width;
    const root = inverseRoot(squaresAround(mean, here, width), width, eps);
    const scale = f32x4.splat(root), centre = f32x4.splat(mean);
    let i = 0;
    for (; i + 4 <= width; i += 4) forwardLanes(i, here, weight, bias, there, scale, centre, true);
    for (; i < width; i++) forwardLanes(i, here, weight, bias, there, scale, centre, false);
  }
}

// @ts-ignore: decorator
@inline
function forwardLanes(
  i: i32, x: usize, weight: usize, bias: usize, out: usize, scale: v128, centre: v128, wide: bool,
): void {
  let v = f32x4.mul(scale, f32x4.sub(read(at(x, i), wide), centre));
  if (weight) v = f32x4.mul(v, read(at(weight, i), wide));
  if (bias) v = f32x4.add(v, read(at(bias, i), wide));
  write(at(out, i), v, wide);
}

/** dx of rows [from, to) from dOut, and the sums [2, width] that become dWeight and dBias. */
export function layerBackward(
  from: i32, to: i32, width: i32, eps: f32, x: usize, weight: usize, dOut: usize, dx: usize, sums: usize,
): void {
  zero(sums, 2 * width);
  for (let row = from; row < to; row++) {
    rowBackward(width, eps, at(x, row * width), weight, at(dOut, row * width), at(dx, row * width), sums, at(sums, width));
  }
}

/** With n the normal and p = dOut weight: dx = root (p - mean p - n mean(p n)). */
function rowBackward(
  width: i32, eps: f32, x: usize, weight: usize, grad: usize, dx: usize, dWeight: usize, dBias: usize,
): void {
  const mean = sum(x, width) / <f32> width;
  const root = inverseRoot(squaresAround(mean, x, width), width, eps);
  const scale = f32x4.splat(root), centre = f32x4.splat(mean);
  let plain = f32x4.splat(0), cross = plain;
  let i = 0;
  for (; i + 4 <= width; i += 4) {
    const n = f32x4.mul(scale, f32x4.sub(v128.load(at(x, i)), centre)), g = v128.load(at(grad, i));
    const p = weight ? f32x4.mul(g, v128.load(at(weight, i))) : g;
    plain = f32x4.add(plain, p);
    cross = fma(p, n, cross);
    v128.store(at(dWeight, i), fma(g, n, v128.load(at(dWeight, i))));
    v128.store(at(dBias, i), f32x4.add(g, v128.load(at(dBias, i))));
  }
  let sumP = laneSum(plain), sumPn = laneSum(cross);
  for (; i < width; i++) {
    const n = (load<f32>(at(x, i)) - mean) * root, g = load<f32>(at(grad, i));
    const p = weight ? g * load<f32>(at(weight, i)) : g;
    sumP += p;
    sumPn += p * n;
    store<f32>(at(dWeight, i), load<f32>(at(dWeight, i)) + g * n);
    store<f32>(at(dBias, i), load<f32>(at(dBias, i)) + g);
  }
  const meanP = f32x4.splat(sumP / <f32> width), share = f32x4.splat(sumPn / <f32> width);
  for (i = 0; i + 4 <= width; i += 4) backwardLanes(i, x, weight, grad, dx, scale, centre, meanP, share, true);
  for (; i < width; i++) backwardLanes(i, x, weight, grad, dx, scale, centre, meanP, share, false);
}

// @ts-ignore: decorator
@inline
function backwardLanes(
  i: i32, x: usize, weight: usize, grad: usize, dx: usize, scale: v128, centre: v128, meanP: v128, share: v128, wide: bool,
): void {
  const n = f32x4.mul(scale, f32x4.sub(read(at(x, i), wide), centre)), g = read(at(grad, i), wide);
  const p = weight ? f32x4.mul(g, read(at(weight, i), wide)) : g;
  write(at(dx, i), f32x4.mul(scale, subtractProduct(share, n, f32x4.sub(p, meanP))), wide);
}
