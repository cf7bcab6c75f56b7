// A Mamba-2 layer between its two projections, a row of the batch at a time, so that everything between `projected` and the
// result stays in the cache: split, convolution, softplus, scan, gate, norm, mean of both directions.
// A position of `projected` is [z: F | x: F | b: N | c: N | dt: H].
import { convRow, convRowBackward, describeConv, foldTaps, MOST_TAPS } from "./conv";
import { expTo, sigmoidTo, softplusTo } from "./exponential";
import { gatePair, gatePairBackward } from "./gate";
import { describeScan, scanForward, scanScratch } from "./scan";
import { describeScanGradient, scanBackward } from "./scan_gradient";
import { scanGradientScratch } from "./scan_gradient_scratch";
import { addScaled, addTo, at, columnSums, copy, multiplyTo, scaleTo, zero } from "./vector";

export let L: i32;
let H: i32, P: i32, N: i32, K: i32, eps: f32;
export let F: i32, D: i32; // features, width of `projected`
let C: i32; // convolved channels
let projected: usize, lengths: usize;

// The parameters of the current direction; those of the two directions in memory that the caller owns.
let directions: usize;
let convWeight: usize, convBias: usize, dtBias: usize, aLog: usize, d: usize, norm: usize;

// Scratch of a thread.
let gates: usize; // [2, F]
let rates: usize; // [H]: a = -exp(aLog)
let mixed: usize, rawSteps: usize, steps: usize; // one row: [L, C], [L, H] before and after softplus
let slopes: usize, gradForth: usize, gradBack: usize; // [L, C]; [L, F] each
let gradMixed: usize, gradSteps: usize; // [L, C]; [L, H]
let rest: usize; // the scan's own

/** `parameters` holds two times six pointers: convWeight, convBias, dtBias, aLog, d and norm of forward, then of reverse. */
export function describeMixer(
  length: i32, heads: i32, width: i32, state: i32, tapCount: i32, epsilon: f32,
  input: usize, inputLengths: usize, parameters: usize,
): void {
  L = length; H = heads; P = width; N = state; K = tapCount; eps = epsilon;
  F = H * P; C = F + 2 * N; D = F + C + H;
  projected = input; lengths = inputLengths; directions = parameters;
}

/** Bytes of scratch that each thread needs. */
export function mixerScratch(gradient: i32): usize {
  layOutMixer(0);
  describeScan(L, H, P, N, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  return gradient ? rest + scanGradientScratch() : slopes + scanScratch();
}

export function layOutMixer(scratch: usize): void {
  gates = scratch;
  rates = at(gates, 2 * F);
  mixed = at(rates, H);
  rawSteps = at(mixed, L * C);
  steps = at(rawSteps, L * H);
  slopes = at(steps, L * H);
  gradForth = at(slopes, L * C);
  gradBack = at(gradForth, L * F);
  gradMixed = at(gradBack, L * F);
  gradSteps = at(gradMixed, L * C);
  rest = at(gradSteps, L * H);
}

// @ts-ignore: decorator
@inline
function parameterOf(direction: i32, index: i32): usize {
  return <usize> load<u32>(at(directions, 6 * direction + index));
}

function choose(direction: i32): void {
  convWeight = parameterOf(direction, 0); convBias = parameterOf(direction, 1); dtBias = parameterOf(direction, 2);
  aLog = parameterOf(direction, 3); d = parameterOf(direction, 4); norm = parameterOf(direction, 5);
  describeConv(L, C, K, direction, D, convWeight, convBias, lengths);
  expTo(rates, aLog, H);
  scaleTo(rates, rates, -1, H);
}

/** Unpadded positions of a row. */
export function mixerLength(row: i32): i32 {
  return max(0, min(L, load<i32>(at(lengths, row))));
}

/** Convolution and step sizes of one row of `projected`, and the scan's view of them; slopes of SiLU where asked for. */
function prepareRow(row: i32, from: usize, direction: i32, withSlopes: usize): void {
  const n = mixerLength(row), stepsFrom = at(from, F + C);
  choose(direction);
  convRow(n, at(from, F), mixed, withSlopes);
  for (let t = 0; t < n; t++) addTo(at(rawSteps, t * H), at(stepsFrom, t * D), dtBias, 1, H);
  softplusTo(steps, rawSteps, n * H);
  describeScan(
    L, H, P, N, direction, mixed, C, steps, H, rates, at(mixed, F), C, at(mixed, F + N), C, d, at(lengths, row),
  );
}

/** Rows [from, to) of out [rows, L, F]; the scans of both directions go to y1 and y2, of the same shape. */
export function mixerForward(from: i32, to: i32, y1: usize, y2: usize, out: usize, scratch: usize): void {
  layOutMixer(scratch);
  for (let row = from; row < to; row++) {
    const offset = row * L * F;
    mixRow(row, at(projected, row * L * D), at(y1, offset), at(y2, offset), at(out, offset));
  }
}

/** One row: the scans y1 and y2 and their mixture out [L, F], zero at padding, from its projection. */
export function mixRow(row: i32, from: usize, y1: usize, y2: usize, out: usize): void {
  prepareRow(row, from, 0, 0);
  scanForward(0, 1, y1, F, slopes); // the gradients' scratch is free
  prepareRow(row, from, 1, 0);
  scanForward(0, 1, y2, F, slopes);
  gateRow(row, from, y1, y2, out);
}

/** The mixture of a row's scans. */
export function gateRow(row: i32, from: usize, y1: usize, y2: usize, out: usize): void {
  const n = mixerLength(row);
  gatePair(n, F, eps, y1, y2, from, D, parameterOf(0, 5), parameterOf(1, 5), out, gates);
  zero(at(out, n * F), (L - n) * F);
}

/** Bytes that a block of rows needs for the sums that become the gradients of the parameters. */
export function mixerSums(): usize {
  return 2 * directionSums();
}

/** The sums of a direction: taps, convBias, dtBias, norm; then, as float64, a and d. */
function directionSums(): usize {
  return ((at(0, (MOST_TAPS + 1) * C + H + F) + 7) & ~7) + ((<usize> H) << 4);
}

// @ts-ignore: decorator
@inline
function stepSums(sums: usize): usize {
  return sums + directionSums() - ((<usize> H) << 4);
}

/**
 * Gradients of rows [from, to) from dOut and the scans y1 and y2: writes dProjected, and makes `sums` those of the
 * parameters.
 */
export function mixerBackward(
  from: i32, to: i32, y1: usize, y2: usize, dOut: usize, dProjected: usize, sums: usize, scratch: usize,
): void {
  layOutMixer(scratch);
  zero(sums, <i32> (mixerSums() >> 2));
  for (let row = from; row < to; row++) {
    const offset = row * L * F, here = row * L * D;
    mixRowBackward(
      row, at(projected, here), at(y1, offset), at(y2, offset), at(dOut, offset), at(dProjected, here), sums,
    );
  }
}

/** One row: its gradient of `projected` [L, D], zero at padding; those of the parameters are added to `sums`. */
export function mixRowBackward(
  row: i32, from: usize, y1: usize, y2: usize, dOut: usize, into: usize, sums: usize,
): void {
  const second = sums + directionSums(), dNorm = (MOST_TAPS + 1) * C + H;
  zero(into, L * D);
  gatePairBackward(
    mixerLength(row), F, eps, y1, y2, from, D, parameterOf(0, 5), parameterOf(1, 5),
    dOut, gradForth, gradBack, into, D, at(sums, dNorm), at(second, dNorm), gates,
  );
  directionBackward(row, from, 0, gradForth, into, sums);
  directionBackward(row, from, 1, gradBack, into, second);
}

function directionBackward(row: i32, from: usize, direction: i32, gradY: usize, into: usize, sums: usize): void {
  const n = mixerLength(row);
  prepareRow(row, from, direction, slopes);
  describeScanGradient(gradY, F, gradMixed, gradSteps, at(gradMixed, F), at(gradMixed, F + N));
  scanBackward(0, 1, stepSums(sums), rest);
  const dBias = at(sums, MOST_TAPS * C);
  convRowBackward(n, at(from, F), gradMixed, at(into, F), sums, dBias, slopes);
  sigmoidTo(rawSteps, rawSteps, n * H); // the slope of softplus
  multiplyTo(gradSteps, gradSteps, rawSteps, n * H);
  for (let t = 0; t < n; t++) addScaled(at(into, F + C + t * D), at(gradSteps, t * H), 1, H);
  columnSums(gradSteps, at(dBias, C), n, H);
}

/**
 * The gradients of one direction's parameters from the sums of all blocks, `perBlock` bytes apart, added in their order;
 * `gradients` holds six pointers as `directions` does.
 */
export function mixerGradients(direction: i32, blocks: i32, sums: usize, perBlock: usize, gradients: usize): void {
  const total = sums + <usize> direction * directionSums(), singles = (MOST_TAPS + 1) * C + H + F;
  const ad = stepSums(total);
  for (let block = 1; block < blocks; block++) {
    const next = total + <usize> block * perBlock, nextAd = stepSums(next);
    addScaled(total, next, 1, singles);
    for (let i = 0; i < 2 * H; i++) addDouble(ad + (i << 3), nextAd + (i << 3));
  }
  foldTaps(gradientOf(gradients, 0), total, C, K);
  copy(gradientOf(gradients, 1), at(total, MOST_TAPS * C), C);
  copy(gradientOf(gradients, 2), at(total, (MOST_TAPS + 1) * C), H);
  copy(gradientOf(gradients, 5), at(total, (MOST_TAPS + 1) * C + H), F);
  const dALog = gradientOf(gradients, 3), dD = gradientOf(gradients, 4);
  expTo(dALog, parameterOf(direction, 3), H); // a = -exp(aLog) is its own slope
  for (let h = 0; h < H; h++) {
    store<f32>(at(dALog, h), <f32> (load<f64>(ad + (h << 3)) * <f64> -load<f32>(at(dALog, h))));
    store<f32>(at(dD, h), <f32> load<f64>(ad + ((H + h) << 3)));
  }
}

// @ts-ignore: decorator
@inline
function gradientOf(gradients: usize, index: i32): usize {
  return <usize> load<u32>(at(gradients, index));
}

// @ts-ignore: decorator
@inline
function addDouble(to: usize, from: usize): void {
  store<f64>(to, load<f64>(to) + load<f64>(from));
}
