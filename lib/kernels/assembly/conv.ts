// Depthwise causal convolution and SiLU: out_t = silu(bias + sum_k w_k x_{t - (K - 1 - k) step}), channels side by
// side in the SIMD lanes; step is -1 for the reverse direction. Rows of x may lie `strideX` floats apart.
import { addScaled, at, copy, fma, sigmoid4, siluSlope4, zero } from "./vector";

let L: i32, C: i32, K: i32, step: i32, strideX: i32;
let taps: usize, bias: usize, lengths: usize;

/** `weight` is [C, K]; it is turned to [K, C] in `scratch`, which holds K C floats. */
export function describeConv(
  length: i32, channels: i32, width: i32, reverse: i32, stepX: i32,
  weight: usize, inputBias: usize, inputLengths: usize, scratch: usize,
): void {
  L = length; C = channels; K = width; step = reverse ? -1 : 1; strideX = stepX;
  bias = inputBias; lengths = inputLengths; taps = scratch;
  for (let c = 0; c < C; c++) {
    for (let k = 0; k < K; k++) store<f32>(at(taps, k * C + c), load<f32>(at(weight, c * K + k)));
  }
}

// @ts-ignore: decorator
@inline
function lengthOf(row: i32): i32 {
  return max(0, min(L, load<i32>(at(lengths, row))));
}

/** The position that tap k of an output at t reads, -1 when it is padding. */
// @ts-ignore: decorator
@inline
function source(t: i32, k: i32, n: i32): i32 {
  const from = t - (K - 1 - k) * step;
  return from >= 0 && from < n ? from : -1;
}

/** bias + sum of taps at position t of a row of x. */
function convolve(rowX: usize, t: i32, n: i32, out: usize): void {
  const behind = (K - 1) * step, first = t - behind;
  if (K == 4 && first >= 0 && first < n) return convolve4(at(rowX, first * strideX), out);
  copy(out, bias, C);
  for (let k = 0; k < K; k++) {
    const from = source(t, k, n);
    if (from >= 0) multiplyAdd(out, at(taps, k * C), at(rowX, from * strideX));
  }
}

/** The same for four taps that are all inside, from the address that the first tap reads. */
function convolve4(x0: usize, out: usize): void {
  const stride = at(0, step * strideX);
  const x1 = x0 + stride, x2 = x1 + stride, x3 = x2 + stride;
  const w1 = at(taps, C), w2 = at(w1, C), w3 = at(w2, C);
  let c = 0;
  for (; c + 4 <= C; c += 4) {
    let sum = fma(v128.load(at(taps, c)), v128.load(at(x0, c)), v128.load(at(bias, c)));
    sum = fma(v128.load(at(w1, c)), v128.load(at(x1, c)), sum);
    sum = fma(v128.load(at(w2, c)), v128.load(at(x2, c)), sum);
    v128.store(at(out, c), fma(v128.load(at(w3, c)), v128.load(at(x3, c)), sum));
  }
  for (; c < C; c++) {
    let sum = load<f32>(at(bias, c)) + load<f32>(at(taps, c)) * load<f32>(at(x0, c));
    sum += load<f32>(at(w1, c)) * load<f32>(at(x1, c));
    sum += load<f32>(at(w2, c)) * load<f32>(at(x2, c));
    store<f32>(at(out, c), sum + load<f32>(at(w3, c)) * load<f32>(at(x3, c)));
  }
}

/** out += left right, over the channels. */
function multiplyAdd(out: usize, left: usize, right: usize): void {
  let c = 0;
  for (; c + 4 <= C; c += 4) {
    v128.store(at(out, c), fma(v128.load(at(left, c)), v128.load(at(right, c)), v128.load(at(out, c))));
  }
  for (; c < C; c++) {
    store<f32>(at(out, c), load<f32>(at(out, c)) + load<f32>(at(left, c)) * load<f32>(at(right, c)));
  }
}

/** out [rows, L, C], contiguous. */
export function convForward(rows: i32, x: usize, out: usize): void {
  for (let row = 0; row < rows; row++) convRow(row, at(x, row * L * strideX), at(out, row * L * C));
}

/** One row: out [L, C] from rows of x. */
export function convRow(row: i32, x: usize, out: usize): void {
  const n = lengthOf(row);
  for (let t = 0; t < n; t++) {
    convolve(x, t, n, at(out, t * C));
    silu(at(out, t * C));
  }
  zero(at(out, n * C), (L - n) * C);
}

function silu(x: usize): void {
  let c = 0;
  for (; c + 4 <= C; c += 4) {
    const v = v128.load(at(x, c));
    v128.store(at(x, c), f32x4.mul(v, sigmoid4(v)));
  }
  for (; c < C; c++) {
    const v = v128.load32_splat(at(x, c));
    v128.store_lane<f32>(at(x, c), f32x4.mul(v, sigmoid4(v)), 0);
  }
}

/**
 * dx (rows `strideX` apart), dWeight [C, K] and dBias [C] from dOut [rows, L, C].
 * `scratch` holds (L + K) C floats: the gradient before SiLU of one row, then the taps' gradient as [K, C].
 */
export function convBackward(
  rows: i32, x: usize, dOut: usize, dx: usize, dWeight: usize, dBias: usize, scratch: usize,
): void {
  const dTaps = at(scratch, L * C);
  zero(dTaps, K * C);
  zero(dBias, C);
  for (let row = 0; row < rows; row++) {
    const from = at(x, row * L * strideX), to = at(dx, row * L * strideX);
    for (let t = 0; t < L; t++) zero(at(to, t * strideX), C);
    convRowBackward(row, from, at(dOut, row * L * C), to, dTaps, dBias, scratch);
  }
  storeTaps(dTaps, dWeight);
}

/** Adds one row's gradients to dx, dTaps [K, C] and dBias; `inner` holds L C floats. */
export function convRowBackward(
  row: i32, x: usize, dOut: usize, dx: usize, dTaps: usize, dBias: usize, inner: usize,
): void {
  const n = lengthOf(row);
  for (let t = 0; t < n; t++) {
    const grad = at(inner, t * C);
    convolve(x, t, n, grad);
    throughSilu(grad, at(dOut, t * C));
    addScaled(dBias, grad, 1, C);
    for (let k = 0; k < K; k++) {
      const from = source(t, k, n);
      if (from < 0) continue;
      multiplyAdd(at(dTaps, k * C), grad, at(x, from * strideX));
      multiplyAdd(at(dx, from * strideX), at(taps, k * C), grad);
    }
  }
}

/** Turns [K, C] to PyTorch's [C, K]. */
export function storeTaps(dTaps: usize, dWeight: usize): void {
  for (let c = 0; c < C; c++) {
    for (let k = 0; k < K; k++) store<f32>(at(dWeight, c * K + k), load<f32>(at(dTaps, k * C + c)));
  }
}

/** pre = dOut silu'(pre), in place. */
function throughSilu(pre: usize, dOut: usize): void {
  let c = 0;
  for (; c + 4 <= C; c += 4) {
    const v = v128.load(at(pre, c));
    v128.store(at(pre, c), f32x4.mul(v128.load(at(dOut, c)), siluSlope4(v, sigmoid4(v))));
  }
  for (; c < C; c++) {
    const v = v128.load32_splat(at(pre, c));
    const slope = f32x4.mul(v128.load32_splat(at(dOut, c)), siluSlope4(v, sigmoid4(v)));
    v128.store_lane<f32>(at(pre, c), slope, 0);
  }
}
