// The gradient of the scan, tile by tile as in scan.ts: down the positions for what reads the state (c), with the states
// computed again, and back up for what writes it (x, b), with the gradient of the state G_i = c_i (x) dy_i + exp(dt_{i+1} a)
// G_{i+1} kept times exp(S), so that its decay costs nothing either.
//
// The log of a decay has the gradient D_i = <exp(dt_i a) h_{i-1}, G_i>: what flows through it is what comes out after it less
// what went in after it, D_i = D_{i+1} + <dy_i, c_i h_i> - <dt_i x_i, u_i>, u being the gradient of dt x. So that no long sum
// cancels, D is computed as it is defined every SEGMENT positions, from states that the way down has kept.
import {
  a, collectRow, d, decayHead, F, firstOf, H, L, lengthOf, N, N4, P, stepOf, steps, strideB, strideC, strideDt, strideX, TILE, x,
} from "./scan";
import { gradB, gradC, layOutGradient, readSums, SEGMENT, skippedSums, through, writtenSums } from "./scan_gradient_scratch";
import { downLanes, downTile, upLanes, upTile } from "./scan_gradient_tiles";
import { at, copy, laneSum, zero } from "./vector";

// Gradients have the strides of the inputs they belong to; those of a and d are sums over all positions in float64.
let dy: usize, strideDy: i32;
let dx: usize, ddt: usize, db: usize, dc: usize, sumsAD: usize;

/** Where the gradients go, and what of the output's comes in. */
export function describeScanGradient(
  gradOut: usize, stepDy: i32, outX: usize, outDt: usize, outB: usize, outC: usize,
): void {
  dy = gradOut; strideDy = stepDy;
  dx = outX; ddt = outDt; db = outB; dc = outC;
}

/**
 * Gradients of rows [from, to) from dy; those of padded positions are 0. `sums` holds 2 H float64 numbers, to which the
 * gradients of a, then of d, are added.
 */
export function scanBackward(from: i32, to: i32, sums: usize, scratch: usize): void {
  layOutGradient(scratch);
  sumsAD = sums;
  for (let row = from; row < to; row++) {
    const n = lengthOf(row);
    if (n > 0) rowBackward(row, n);
    for (let t = row * L + n; t < (row + 1) * L; t++) clearPosition(t);
  }
}

function clearPosition(t: i32): void {
  zero(at(dx, t * strideX), F);
  zero(at(ddt, t * strideDt), H);
  zero(at(db, t * strideB), N);
  zero(at(dc, t * strideC), N);
}

function rowBackward(row: i32, n: i32): void {
  collectRow(row, n);
  zero(gradB, n * N4);
  zero(gradC, n * N4);
  for (let h = 0; h < H; h++) {
    decayHead(row, n, h);
    zero(readSums, 4 * n);
    zero(writtenSums, 4 * n);
    zero(skippedSums, 4 * n);
    zero(through, n / SEGMENT + 1);
    headBackward(row, n, h);
    stepsBackward(row, n, h);
  }
  scatter(firstOf(db, row, n, strideB), stepOf(strideB), gradB, n);
  scatter(firstOf(dc, row, n, strideC), stepOf(strideC), gradC, n);
}

function scatter(to: usize, step: usize, from: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    copy(to, at(from, i * N4), N);
    to += step;
  }
}

function headBackward(row: i32, n: i32, h: i32): void {
  const stepX = stepOf(strideX), stepDy = stepOf(strideDy), last = <usize> (n - 1);
  const fromX = firstOf(x, row, n, strideX), fromDy = firstOf(dy, row, n, strideDy);
  const endX = fromX + last * stepX, endDy = fromDy + last * stepDy;
  const toX = firstOf(dx, row, n, strideX) + last * stepX;
  const skip = load<f32>(at(d, h)), end = (h + 1) * P;
  let p = h * P;
  for (; p + TILE <= end; p += TILE) {
    downTile(n, at(fromX, p), at(fromDy, p), stepX, stepDy);
    upTile(n, at(endX, p), at(endDy, p), at(toX, p), stepX, stepDy, skip);
  }
  for (; p + 4 <= end; p += 4) {
    downLanes(n, at(fromX, p), at(fromDy, p), stepX, stepDy, true);
    upLanes(n, at(endX, p), at(endDy, p), at(toX, p), stepX, stepDy, skip, true);
  }
  for (; p < end; p++) {
    downLanes(n, at(fromX, p), at(fromDy, p), stepX, stepDy, false);
    upLanes(n, at(endX, p), at(endDy, p), at(toX, p), stepX, stepDy, skip, false);
  }
}

/** ddt of a head, and its sums for a and d. */
function stepsBackward(row: i32, n: i32, h: i32): void {
  const rate = load<f32>(at(a, h)), step = stepOf(strideDt);
  let out = at(firstOf(ddt, row, n, strideDt), h) + <usize> (n - 1) * step;
  let passed: f32 = 0, sumA: f64 = 0, sumD: f64 = 0;
  for (let i = n - 1; i >= 0; i--) {
    const dtHere = load<f32>(at(steps, i)), written = laneSum(v128.load(at(writtenSums, 4 * i)));
    passed += laneSum(v128.load(at(readSums, 4 * i))) - dtHere * written;
    if (i % SEGMENT == 0) passed = load<f32>(at(through, i / SEGMENT));
    store<f32>(out, written + rate * passed);
    sumA += <f64> (dtHere * passed);
    sumD += <f64> laneSum(v128.load(at(skippedSums, 4 * i)));
    out -= step;
  }
  const toA = sumsAD + (h << 3), toD = toA + (H << 3);
  store<f64>(toA, load<f64>(toA) + sumA);
  store<f64>(toD, load<f64>(toD) + sumD);
}
