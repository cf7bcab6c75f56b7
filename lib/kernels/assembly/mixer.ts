// Both directions of a Mamba-2 layer between its two projections, a row of the batch at a time, so that everything
// between `projected` and the result stays in the cache: split, convolution, softplus, scan, gate, norm, average.
// A position of `projected` is [z: F | x: F | b: N | c: N | dt: H].
import { convRow, convRowBackward, describeConv, storeTaps } from "./conv";
import { rmsBackward, rmsForward } from "./norm";
import { describeScan, scanBackward, scanForward, scanScratch } from "./scan";
import { addScaled, at, scaleTo, sigmoid4, softplus4, zero } from "./vector";

let L: i32, H: i32, P: i32, N: i32, K: i32, chunk: i32, eps: f32;
let F: i32, C: i32, D: i32; // features, convolved channels, width of `projected`
let projected: usize, lengths: usize;

// The direction at hand.
let reverse: i32;
let convWeight: usize, convBias: usize, dtBias: usize, a: usize, d: usize, norm: usize;

// Scratch.
let taps: usize; // [K, C]
let mixed: usize, steps: usize, wide: usize; // one row: [L, C], [L, H], [L, F]
let gradOut: usize, gradY: usize, gradZ: usize, gradMixed: usize, gradSteps: usize; // one row, as their values
let gradTaps: usize, inner: usize, normRows: usize; // [K, C], [L, C], two rows of F
let rest: usize; // the scan's own

export function describeMixer(
  length: i32, heads: i32, width: i32, state: i32, tapCount: i32, chunkSize: i32, epsilon: f32,
  input: usize, inputLengths: usize,
): void {
  L = length; H = heads; P = width; N = state; K = tapCount; chunk = chunkSize; eps = epsilon;
  F = H * P; C = F + 2 * N; D = F + C + H;
  projected = input; lengths = inputLengths;
}

/** The parameters of one direction; `rates` is a, not its logarithm. */
export function describeDirection(
  backwards: i32, weight: usize, bias: usize, stepBias: usize, rates: usize, skips: usize, scale: usize,
): void {
  reverse = backwards; convWeight = weight; convBias = bias; dtBias = stepBias; a = rates; d = skips; norm = scale;
}

/** Bytes of scratch that the described mixer needs. */
export function mixerScratch(gradient: i32): usize {
  layOut(0);
  describeScan(L, H, P, N, chunk, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  return (gradient ? rest : gradOut) + scanScratch(gradient);
}

function layOut(scratch: usize): void {
  taps = scratch;
  mixed = at(taps, K * C);
  steps = at(mixed, L * C);
  wide = at(steps, L * H);
  gradOut = at(wide, L * F);
  gradY = at(gradOut, L * F);
  gradZ = at(gradY, L * F);
  gradMixed = at(gradZ, L * F);
  gradSteps = at(gradMixed, L * C);
  gradTaps = at(gradSteps, L * H);
  inner = at(gradTaps, K * C);
  normRows = at(inner, L * C);
  rest = at(normRows, 2 * F);
}

// @ts-ignore: decorator
@inline
function projectedRow(row: i32): usize {
  return at(projected, row * L * D);
}

/** Convolution and step sizes of one row, and the scan's view of them. */
function prepareRow(row: i32): void {
  convRow(row, at(projectedRow(row), F), mixed);
  const raw = at(projectedRow(row), F + C);
  for (let t = 0; t < L; t++) {
    for (let h = 0; h < H; h++) {
      const v = f32x4.add(v128.load32_splat(at(raw, t * D + h)), v128.load32_splat(at(dtBias, h)));
      v128.store_lane<f32>(at(steps, t * H + h), softplus4(v), 0);
    }
  }
  describeScan(
    L, H, P, N, chunk, reverse, mixed, C, steps, H, a, at(mixed, F), C, at(mixed, F + N), C, d, at(lengths, row),
  );
}

/** Adds half of the described direction's result to out [rows, L, F]; its scan goes to y, of the same shape. */
export function mixerForward(rows: i32, y: usize, out: usize, scratch: usize): void {
  layOut(scratch);
  describeConv(L, C, K, reverse, D, convWeight, convBias, lengths, taps);
  for (let row = 0; row < rows; row++) {
    const rowY = at(y, row * L * F);
    prepareRow(row);
    scanForward(1, rowY, F, gradOut); // the gradients' scratch is free
    rmsForward(L, F, eps, rowY, projectedRow(row), D, norm, wide);
    addScaled(at(out, row * L * F), wide, 0.5, L * F);
  }
}

/**
 * Adds the described direction's gradients from dOut and its scan y: dProjected as projected, dWeight is written,
 * dBias, dStepBias and dNorm are added to; `sumsAD` as in scanBackward.
 */
export function mixerBackward(
  rows: i32, y: usize, dOut: usize, dProjected: usize, dWeight: usize, dBias: usize, dStepBias: usize,
  dNorm: usize, sumsAD: usize, scratch: usize,
): void {
  layOut(scratch);
  describeConv(L, C, K, reverse, D, convWeight, convBias, lengths, taps);
  zero(gradTaps, K * C);
  for (let row = 0; row < rows; row++) {
    const from = projectedRow(row), to = at(dProjected, row * L * D);
    prepareRow(row);
    scaleTo(gradOut, at(dOut, row * L * F), 0.5, L * F);
    rmsBackward(L, F, eps, at(y, row * L * F), from, D, norm, gradOut, gradY, gradZ, F, dNorm, normRows);
    scanBackward(1, gradY, F, gradMixed, gradSteps, at(gradMixed, F), at(gradMixed, F + N), sumsAD, rest);
    for (let t = 0; t < L; t++) addScaled(at(to, t * D), at(gradZ, t * F), 1, F);
    convRowBackward(row, at(from, F), gradMixed, at(to, F), gradTaps, dBias, inner);
    stepsBackward(at(from, F + C), at(to, F + C), dStepBias);
  }
  storeTaps(gradTaps, dWeight);
}

/** Through softplus: its slope is the sigmoid. */
function stepsBackward(raw: usize, to: usize, dStepBias: usize): void {
  for (let t = 0; t < L; t++) {
    for (let h = 0; h < H; h++) {
      const v = f32x4.add(v128.load32_splat(at(raw, t * D + h)), v128.load32_splat(at(dtBias, h)));
      const grad = f32x4.extract_lane(sigmoid4(v), 0) * load<f32>(at(gradSteps, t * H + h));
      const out = at(to, t * D + h), sum = at(dStepBias, h);
      store<f32>(out, load<f32>(out) + grad);
      store<f32>(sum, load<f32>(sum) + grad);
    }
  }
}
