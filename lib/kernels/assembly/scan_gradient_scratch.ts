// Scratch of the scan's gradient, behind that of the scan.
import { L, layOut, N4, rest, TILE } from "./scan";
import { at } from "./vector";

/** Positions after which the gradient of a decay is computed anew. */
export const SEGMENT = 64;

export let gradB: usize, gradC: usize; // [n, N4]
/** [n, 4]: of a head <dy, c h>, <x, u> and <dy, x>, each still one sum a lane. */
export let readSums: usize, writtenSums: usize, skippedSums: usize;
export let products: usize; // [N4, 4]
/** [segments, N4, TILE]: the states before them. */
export let kept: usize;
/** [segments]: the gradient of the log of the decay at their first positions. */
export let through: usize;
let end: usize;

export function layOutGradient(scratch: usize): void {
  layOut(scratch);
  const segments = L / SEGMENT + 1;
  gradB = rest;
  gradC = at(gradB, L * N4);
  readSums = at(gradC, L * N4);
  writtenSums = at(readSums, 4 * L);
  skippedSums = at(writtenSums, 4 * L);
  products = at(skippedSums, 4 * L);
  kept = at(products, 4 * N4);
  through = at(kept, segments * N4 * TILE);
  end = at(through, segments);
}

/** Bytes of scratch that the gradient of the described scan needs. */
export function scanGradientScratch(): usize {
  layOutGradient(0);
  return end;
}
