// Depthwise causal convolution of up to four taps, and SiLU: out_t = silu(bias + sum_k w_k x_{t - (3 - k)}), where t
// counts in walking order, so the reverse direction only turns the pointers around. Four channels at a time walk
// down the positions with their filter and the last inputs in registers. Rows of x may lie `strideX` floats apart.
import { siluBothTo, siluTo } from "./exponential";
import { at, fma, multiplyTo, read, write, zero } from "./vector";

export const MOST_TAPS = 4;

let L: i32, C: i32, K: i32, reverse: i32, strideX: i32;
let weight: usize, bias: usize, lengths: usize;

/** `inputWeight` is [C, K]. */
export function describeConv(
  length: i32, channels: i32, taps: i32, backwards: i32, stepX: i32,
  inputWeight: usize, inputBias: usize, inputLengths: usize,
): void {
  L = length; C = channels; K = taps; reverse = backwards; strideX = stepX;
  weight = inputWeight; bias = inputBias; lengths = inputLengths;
}

// @ts-ignore: decorator
@inline
function lengthOf(row: i32): i32 {
  return max(0, min(L, load<i32>(at(lengths, row))));
}

/** Tap k (of four, the missing first ones 0) of channels [c, c + 4) below C. */
function tap(k: i32, c: i32): v128 {
  let v = f32x4.splat(0);
  const from = k - (MOST_TAPS - K);
  if (from < 0) return v;
  v = v128.load_lane<f32>(at(weight, c * K + from), v, 0);
  if (c + 1 < C) v = v128.load_lane<f32>(at(weight, (c + 1) * K + from), v, 1);
  if (c + 2 < C) v = v128.load_lane<f32>(at(weight, (c + 2) * K + from), v, 2);
  if (c + 3 < C) v = v128.load_lane<f32>(at(weight, (c + 3) * K + from), v, 3);
  return v;
}

// @ts-ignore: decorator
@inline
function stepBytes(stride: i32): usize {
  return at(0, reverse ? -stride : stride);
}

/** Start of the walk over n positions, for an array with that stride. */
// @ts-ignore: decorator
@inline
function startOf(base: usize, n: i32, stride: i32): usize {
  return reverse ? at(base, (n - 1) * stride) : base;
}

/** Rows [from, to) of out [rows, L, C], contiguous. */
export function convForward(from: i32, to: i32, x: usize, out: usize): void {
  for (let row = from; row < to; row++) convRow(lengthOf(row), at(x, row * L * strideX), at(out, row * L * C), 0);
}

/** Positions that one walk covers, so that the rows it touches stay in the cache for the next channels. */
const TILE = 16;

/** One row of n unpadded positions: out [L, C] from rows of x, and the slopes of SiLU where they are asked for. */
export function convRow(n: i32, x: usize, out: usize, slopes: usize): void {
  for (let start = 0; start < n; start += TILE) {
    const end = min(n, start + TILE);
    let c = 0;
    for (; c + 4 <= C; c += 4) walkWide(n, start, end, c, at(x, c), at(out, c));
    for (; c < C; c++) walkNarrow(n, start, end, c, at(x, c), at(out, c));
    const offset = (reverse ? n - end : start) * C;
    if (slopes) siluBothTo(at(out, offset), at(slopes, offset), at(out, offset), (end - start) * C);
    else siluTo(at(out, offset), at(out, offset), (end - start) * C);
  }
  zero(at(out, n * C), (L - n) * C);
}

function walkWide(n: i32, start: i32, end: i32, c: i32, x: usize, out: usize): void {
  walk(n, start, end, c, x, out, true);
}

function walkNarrow(n: i32, start: i32, end: i32, c: i32, x: usize, out: usize): void {
  walk(n, start, end, c, x, out, false);
}

/** The input `back` positions before `from`, which is position t of the walk; zero before the first. */
// @ts-ignore: decorator
@inline
function previous(from: usize, t: i32, back: i32, wide: bool): v128 {
  return t >= back ? read(from - back * stepBytes(strideX), wide) : f32x4.splat(0);
}

// @ts-ignore: decorator
@inline
function walk(n: i32, start: i32, end: i32, c: i32, x: usize, out: usize, wide: bool): void {
  const w0 = tap(0, c), w1 = tap(1, c), w2 = tap(2, c), w3 = tap(3, c), shift = read(at(bias, c), wide);
  const stepX = stepBytes(strideX), stepOut = stepBytes(C);
  let from = startOf(x, n, strideX) + start * stepX, to = startOf(out, n, C) + start * stepOut;
  let x0 = previous(from, start, 3, wide), x1 = previous(from, start, 2, wide), x2 = previous(from, start, 1, wide);
  for (let t = start; t < end; t++) {
    const x3 = read(from, wide);
    write(to, fma(w3, x3, fma(w2, x2, fma(w1, x1, fma(w0, x0, shift)))), wide);
    x0 = x1; x1 = x2; x2 = x3;
    from += stepX;
    to += stepOut;
  }
}

/**
 * Writes the gradients of rows [from, to) for dOut to dx (rows `strideX` apart), and adds those of the parameters to `taps`
 * [MOST_TAPS, C] and dBias [C]; `scratch` holds 2 L C floats.
 */
export function convBackward(
  from: i32, to: i32, x: usize, dOut: usize, dx: usize, taps: usize, dBias: usize, scratch: usize,
): void {
  const slopes = at(scratch, L * C);
  for (let row = from; row < to; row++) {
    const offset = row * L * strideX;
    for (let t = 0; t < L; t++) zero(at(dx, offset + t * strideX), C);
    convRow(lengthOf(row), at(x, offset), scratch, slopes);
    convRowBackward(lengthOf(row), at(x, offset), at(dOut, row * L * C), at(dx, offset), taps, dBias, slopes);
  }
}

/** Adds the gradients of one row, given the slopes that convRow has found; they become the gradients before SiLU. */
export function convRowBackward(
  n: i32, x: usize, dOut: usize, dx: usize, taps: usize, dBias: usize, slopes: usize,
): void {
  for (let start = 0; start < n; start += TILE) {
    const end = min(n, start + TILE), offset = (reverse ? n - end : start) * C;
    multiplyTo(at(slopes, offset), at(slopes, offset), at(dOut, offset), (end - start) * C);
    let c = 0;
    for (; c + 4 <= C; c += 4) walkBackWide(n, start, end, c, at(x, c), at(slopes, c), at(dx, c), taps, dBias);
    for (; c < C; c++) walkBackNarrow(n, start, end, c, at(x, c), at(slopes, c), at(dx, c), taps, dBias);
  }
}

function walkBackWide(
  n: i32, start: i32, end: i32, c: i32, x: usize, grad: usize, dx: usize, taps: usize, dBias: usize,
): void {
  walkBack(n, start, end, c, x, grad, dx, taps, dBias, true);
}

function walkBackNarrow(
  n: i32, start: i32, end: i32, c: i32, x: usize, grad: usize, dx: usize, taps: usize, dBias: usize,
): void {
  walkBack(n, start, end, c, x, grad, dx, taps, dBias, false);
}

/**
 * The gradient g_t before SiLU reaches dx three positions late: dx_{t-3} gets w3 g_{t-3} + ... + w0 g_t. Each tile
 * adds what its own g give, also to the three positions before it.
 */
// @ts-ignore: decorator
@inline
function walkBack(
  n: i32, start: i32, end: i32, c: i32, x: usize, grad: usize, dx: usize, taps: usize, dBias: usize, wide: bool,
): void {
  const w0 = tap(0, c), w1 = tap(1, c), w2 = tap(2, c), w3 = tap(3, c), nought = f32x4.splat(0);
  const stepX = stepBytes(strideX), stepGrad = stepBytes(C);
  let from = startOf(x, n, strideX) + start * stepX, g = startOf(grad, n, C) + start * stepGrad;
  let to = startOf(dx, n, strideX) + (start - 3) * stepX;
  let x0 = previous(from, start, 3, wide), x1 = previous(from, start, 2, wide), x2 = previous(from, start, 1, wide);
  let g1 = nought, g2 = nought, g3 = nought, d0 = nought, d1 = nought, d2 = nought, d3 = nought, sum = nought;
  for (let t = start; t < end; t++) {
    const x3 = read(from, wide), g0 = read(g, wide);
    sum = f32x4.add(sum, g0);
    d0 = fma(g0, x0, d0); d1 = fma(g0, x1, d1); d2 = fma(g0, x2, d2); d3 = fma(g0, x3, d3);
    if (t >= 3) write(to, fma(w3, g3, fma(w2, g2, fma(w1, g1, fma(w0, g0, read(to, wide))))), wide);
    x0 = x1; x1 = x2; x2 = x3;
    g3 = g2; g2 = g1; g1 = g0;
    from += stepX; g += stepGrad; to += stepX;
  }
  if (end >= 3) write(to, fma(w3, g3, fma(w2, g2, fma(w1, g1, read(to, wide)))), wide);
  to += stepX;
  if (end >= 2) write(to, fma(w3, g2, fma(w2, g1, read(to, wide))), wide);
  to += stepX;
  write(to, fma(w3, g1, read(to, wide)), wide);
  addTo(at(dBias, c), sum, wide);
  addTo(at(taps, c), d0, wide); addTo(at(taps, C + c), d1, wide);
  addTo(at(taps, 2 * C + c), d2, wide); addTo(at(taps, 3 * C + c), d3, wide);
}

// @ts-ignore: decorator
@inline
function addTo(to: usize, v: v128, wide: bool): void {
  write(to, f32x4.add(v, read(to, wide)), wide);
}

/** dWeight [C, K] from the gradients of its taps [MOST_TAPS, C]. */
export function foldTaps(dWeight: usize, taps: usize, channels: i32, width: i32): void {
  for (let k = 0; k < width; k++) {
    const from = at(taps, (MOST_TAPS - width + k) * channels);
    for (let c = 0; c < channels; c++) store<f32>(at(dWeight, c * width + k), load<f32>(at(from, c)));
  }
}
