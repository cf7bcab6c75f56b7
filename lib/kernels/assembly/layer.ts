// A whole Mamba-2 layer, a row of the batch at a time: projection, mixer and projection back, while the row lies in the
// cache. Padded positions are neither projected nor read.
import { gemm } from "./gemm";
import { D, F, gateRow, L, layOutMixer, mixerLength, mixerScratch, mixerSums, mixRow, mixRowBackward } from "./mixer";
import { addScaled, at, zero } from "./vector";

let W: i32; // width of x and of the result
let x: usize, inWeight: usize, outWeight: usize; // [rows, L, W], [D, W], [W, F]

// Scratch of a thread, behind that of the mixer.
let rowProjected: usize, rowForth: usize, rowBack: usize, rowMixed: usize; // [L, D], [L, F] three times

/** After the mixer is described. */
export function describeLayer(width: i32, input: usize, inProjection: usize, outProjection: usize): void {
  W = width; x = input; inWeight = inProjection; outWeight = outProjection;
}

function layOut(scratch: usize, gradient: i32): usize {
  rowProjected = scratch + mixerScratch(gradient);
  rowForth = at(rowProjected, L * D);
  rowBack = at(rowForth, L * F);
  rowMixed = at(rowBack, L * F);
  layOutMixer(scratch);
  return at(rowMixed, L * F);
}

/** Bytes of scratch that each thread needs. */
export function layerScratch(gradient: i32): usize {
  return layOut(0, gradient);
}

/** Rows [from, to) of out [rows, L, W]; what the gradient needs goes to projected, y1 and y2 unless these are null. */
export function mambaForward(
  from: i32, to: i32, projected: usize, y1: usize, y2: usize, out: usize, scratch: usize,
): void {
  layOut(scratch, 0);
  for (let row = from; row < to; row++) {
    const n = mixerLength(row), offset = row * L * F, target = at(out, row * L * W);
    const inner = projected ? at(projected, row * L * D) : rowProjected;
    gemm(0, 1, n, D, W, at(x, row * L * W), W, inWeight, W, 0, inner, D);
    mixRow(row, inner, y1 ? at(y1, offset) : rowForth, y2 ? at(y2, offset) : rowBack, rowMixed);
    gemm(0, 1, n, W, F, rowMixed, F, outWeight, F, 0, target, W);
    zero(at(target, n * W), (L - n) * W);
  }
}

/** Bytes that a block of rows needs for its sums: those of the mixer, then dInWeight and dOutWeight. */
export function layerSums(): usize {
  return (mixerSums() + at(0, D * W + W * F) + 7) & ~7;
}

/** Gradients of rows [from, to) from dOut: writes dx, and makes `sums` those of the parameters. */
export function mambaBackward(
  from: i32, to: i32, projected: usize, y1: usize, y2: usize, dOut: usize, dx: usize, sums: usize, scratch: usize,
): void {
  layOut(scratch, 1);
  zero(sums, <i32> (layerSums() >> 2));
  const dIn = sums + mixerSums(), dOutWeight = at(dIn, D * W);
  for (let row = from; row < to; row++) {
    const n = mixerLength(row), offset = row * L * F, grad = at(dOut, row * L * W), target = at(dx, row * L * W);
    const inner = at(projected, row * L * D), forth = at(y1, offset), back = at(y2, offset);
    gateRow(row, inner, forth, back, rowMixed); // what was projected back
    gemm(1, 0, W, F, n, grad, W, rowMixed, F, 1, dOutWeight, F);
    gemm(0, 0, n, F, W, grad, W, outWeight, F, 0, rowMixed, F);
    mixRowBackward(row, inner, forth, back, rowMixed, rowProjected, sums);
    gemm(1, 0, D, W, n, rowProjected, D, at(x, row * L * W), W, 1, dIn, W);
    gemm(0, 0, n, W, D, rowProjected, D, inWeight, W, 0, target, W);
    zero(at(target, n * W), (L - n) * W);
  }
}

/** The gradients of both projections from the sums of all blocks, added in their order. */
export function projectionGradients(blocks: i32, sums: usize, dInWeight: usize, dOutWeight: usize): void {
  const first = sums + mixerSums(), step = layerSums();
  zero(dInWeight, D * W);
  zero(dOutWeight, W * F);
  for (let block = 0; block < blocks; block++) {
    const here = first + <usize> block * step;
    addScaled(dInWeight, here, 1, D * W);
    addScaled(dOutWeight, at(here, D * W), 1, W * F);
  }
}
