// Both directions of a Mamba-2 layer between its two projections, a row of the batch at a time, so that everything
// between `projected` and the result stays in the cache: split, convolution, softplus, scan, gate, norm, average.
// A position of `projected` is [z: F | x: F | b: N | c: N | dt: H].
import { convRow, convRowBackward, describeConv } from "./conv";
import { rmsBackward, rmsForward } from "./norm";
import { describeScan, scanForward, scanScratch } from "./scan";
import { scanBackward } from "./scan_gradient";
import { sigmoidTo, softplusTo } from "./exponential";
import { addScaled, addTo, at, columnSums, multiplyTo } from "./vector";

let L: i32, H: i32, P: i32, N: i32, K: i32, chunk: i32, eps: f32;
let F: i32, C: i32, D: i32; // features, convolved channels, width of `projected`
let projected: usize, lengths: usize;

// The direction at hand.
let reverse: i32;
let convWeight: usize, convBias: usize, dtBias: usize, a: usize, d: usize, norm: usize;

// Scratch.
let normRow: usize; // [F]
let mixed: usize, rawSteps: usize, steps: usize; // one row: [L, C], [L, H] before and after softplus
let gradY: usize, gradMixed: usize, gradSteps: usize; // one row: [L, F], [L, C], [L, H]
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
  return (gradient ? rest : gradY) + scanScratch(gradient);
}

function layOut(scratch: usize): void {
  normRow = scratch;
  mixed = at(normRow, F);
  rawSteps = at(mixed, L * C);
  steps = at(rawSteps, L * H);
  gradY = at(steps, L * H);
  gradMixed = at(gradY, L * F);
  gradSteps = at(gradMixed, L * C);
  rest = at(gradSteps, L * H);
}

// @ts-ignore: decorator
@inline
function projectedRow(row: i32): usize {
  return at(projected, row * L * D);
}

/** Convolution and step sizes of one row, and the scan's view of them. */
function prepareRow(row: i32): void {
  convRow(row, at(projectedRow(row), F), mixed);
  gatherSteps(row);
  softplusTo(steps, rawSteps, L * H);
  describeScan(
    L, H, P, N, chunk, reverse, mixed, C, steps, H, a, at(mixed, F), C, at(mixed, F + N), C, d, at(lengths, row),
  );
}

/** rawSteps = dt + dtBias: what softplus is given. */
function gatherSteps(row: i32): void {
  const from = at(projectedRow(row), F + C);
  for (let t = 0; t < L; t++) addTo(at(rawSteps, t * H), at(from, t * D), dtBias, 1, H);
}

/** Adds half of the described direction's result to out [rows, L, F]; its scan goes to y, of the same shape. */
export function mixerForward(rows: i32, y: usize, out: usize, scratch: usize): void {
  layOut(scratch);
  describeConv(L, C, K, reverse, D, convWeight, convBias, lengths);
  for (let row = 0; row < rows; row++) {
    const rowY = at(y, row * L * F);
    prepareRow(row);
    scanForward(1, rowY, F, gradY); // the gradients' scratch is free
    rmsForward(L, F, eps, rowY, projectedRow(row), D, norm, 0.5, 1, at(out, row * L * F), normRow);
  }
}

/**
 * Adds the described direction's gradients from dOut and its scan y to dProjected and to those of its parameters;
 * `sumsAD` as in scanBackward.
 */
export function mixerBackward(
  rows: i32, y: usize, dOut: usize, dProjected: usize, dWeight: usize, dBias: usize, dStepBias: usize,
  dNorm: usize, sumsAD: usize, scratch: usize,
): void {
  layOut(scratch);
  describeConv(L, C, K, reverse, D, convWeight, convBias, lengths);
  for (let row = 0; row < rows; row++) {
    const from = projectedRow(row), to = at(dProjected, row * L * D), offset = row * L * F;
    prepareRow(row);
    rmsBackward(L, F, eps, at(y, offset), from, D, norm, 0.5, at(dOut, offset), gradY, to, D, dNorm, normRow);
    scanBackward(1, gradY, F, gradMixed, gradSteps, at(gradMixed, F), at(gradMixed, F + N), sumsAD, rest);
    convRowBackward(row, at(from, F), gradMixed, at(to, F), dWeight, dBias, mixed);
    stepsBackward(at(to, F + C), dStepBias);
  }
}

/** Through softplus: its slope is the sigmoid. */
function stepsBackward(to: usize, dStepBias: usize): void {
  sigmoidTo(rawSteps, rawSteps, L * H);
  multiplyTo(gradSteps, gradSteps, rawSteps, L * H);
  for (let t = 0; t < L; t++) addScaled(at(to, t * D), at(gradSteps, t * H), 1, H);
  columnSums(gradSteps, dStepBias, L, H);
}
