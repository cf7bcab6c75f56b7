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
  copy(out, bias, C);
  for (let k = 0; k < K; k++) {
    const from = source(t, k, n);
    if (from >= 0) multiplyAdd(out, at(taps, k * C), at(rowX, from * strideX));
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
  for (let row = 0; row < rows; row++) {
    const n = lengthOf(row), rowX = at(x, row * L * strideX);
    for (let t = 0; t < n; t++) {
      const to = at(out, (row * L + t) * C);
      convolve(rowX, t, n, to);
      let c = 0;
      for (; c + 4 <= C; c += 4) {
        const v = v128.load(at(to, c));
        v128.store(at(to, c), f32x4.mul(v, sigmoid4(v)));
      }
      for (; c < C; c++) {
        const v = v128.load32_splat(at(to, c));
        v128.store_lane<f32>(at(to, c), f32x4.mul(v, sigmoid4(v)), 0);
      }
    }
    zero(at(out, (row * L + n) * C), (L - n) * C);
  }
}

/**
 * dx (rows `strideX` apart), dWeight [C, K] and dBias [C] from dOut [rows, L, C].
 * `scratch` holds (L + K) C floats: the gradient before SiLU of one row, then the taps' gradient as [K, C].
 */
export function convBackward(
  rows: i32, x: usize, dOut: usize, dx: usize, dWeight: usize, dBias: usize, scratch: usize,
): void {
  const inner = scratch, dTaps = at(scratch, L * C);
  zero(dTaps, K * C);
  zero(dBias, C);
  for (let row = 0; row < rows; row++) {
    const n = lengthOf(row), rowX = at(x, row * L * strideX), rowDx = at(dx, row * L * strideX);
    for (let t = 0; t < n; t++) {
      const grad = at(inner, t * C);
      convolve(rowX, t, n, grad);
      throughSilu(grad, at(dOut, (row * L + t) * C));
      addScaled(dBias, grad, 1, C);
      for (let k = 0; k < K; k++) {
        const from = source(t, k, n);
        if (from >= 0) multiplyAdd(at(dTaps, k * C), grad, at(rowX, from * strideX));
      }
    }
    for (let t = 0; t < L; t++) zero(at(rowDx, t * strideX), C);
    for (let t = 0; t < n; t++) {
      for (let k = 0; k < K; k++) {
        const from = source(t, k, n);
        if (from >= 0) multiplyAdd(at(rowDx, from * strideX), at(taps, k * C), at(inner, t * C));
      }
    }
  }
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
