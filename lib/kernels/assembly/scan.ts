// Mamba-2's scan, a chunk of positions at a time (Dao and Gu 2024, section 6). Names: H heads of width P, F = H P
// features, N state width, q positions in the chunk at hand, s_i the sum of dt a up to i within the chunk.
// Positions are read in walking order, so the reverse direction differs only in which row `position` gives.
import { gemm } from "./gemm";
import { expTo } from "./exponential";
import { addTo, at, copy, scaleTo, shiftTo, zero } from "./vector";

// The problem at hand, set by `describe`.
export let L: i32, H: i32, P: i32, N: i32, F: i32, Q: i32;
export let reverse: i32;
export let x: usize, dt: usize, a: usize, b: usize, c: usize, d: usize, lengths: usize;
export let strideX: i32, strideDt: i32, strideB: i32, strideC: i32;

// Scratch for one chunk, set by `layOut`.
export let chunkB: usize, chunkC: usize; // [Q, N]
export let chunkX: usize, weighted: usize, chunkY: usize; // [Q, F]: dt x; dt x decayed to the chunk's end; result
export let steps: usize, sums: usize, fromStart: usize, toEnd: usize; // [H, Q]: dt; s_i; exp(s_i); exp(s_last - s_i)
export let scores: usize, decays: usize; // [Q, Q]
export let gradY: usize, gradU: usize; // [Q, F]
export let gradScores: usize, products: usize, chunkGrad: usize; // [Q, Q]; [Q, max(Q, N)]; [Q, N]
export let direct: usize, gradSums: usize; // [H, Q]
export let rowSums: usize, columnSums: usize, read: usize, written: usize; // [H, Q], see `stepsBackward`
export let gradState: usize, states: usize; // [N, F], [chunks + 1, N, F]

/** Sizes, then the inputs with the strides between positions (so that packed projections need no copies). */
export function describeScan(
  length: i32, heads: i32, width: i32, state: i32, chunk: i32, backwards: i32,
  inputX: usize, stepX: i32, inputDt: usize, stepDt: i32, inputA: usize,
  inputB: usize, stepB: i32, inputC: usize, stepC: i32, inputD: usize, inputLengths: usize,
): void {
  L = length; H = heads; P = width; N = state; F = heads * width; Q = min(chunk, length); reverse = backwards;
  x = inputX; strideX = stepX; dt = inputDt; strideDt = stepDt; a = inputA;
  b = inputB; strideB = stepB; c = inputC; strideC = stepC; d = inputD; lengths = inputLengths;
}

/** Bytes of scratch that the described scan needs. */
export function scanScratch(gradient: i32): usize {
  layOut(0);
  return at(states, gradient ? ((L + Q - 1) / Q + 1) * N * F : N * F);
}

export function layOut(scratch: usize): void {
  const narrow = Q * N, wide = Q * F, square = Q * Q, perHead = H * Q;
  chunkB = scratch;
  chunkC = at(chunkB, narrow);
  chunkX = at(chunkC, narrow);
  weighted = at(chunkX, wide);
  chunkY = at(weighted, wide);
  steps = at(chunkY, wide);
  sums = at(steps, perHead);
  fromStart = at(sums, perHead);
  toEnd = at(fromStart, perHead);
  scores = at(toEnd, perHead);
  decays = at(scores, square);
  gradY = at(decays, square + 4); // the last row of decays is written in whole registers
  gradU = at(gradY, wide);
  gradScores = at(gradU, wide);
  products = at(gradScores, square);
  chunkGrad = at(products, Q * max(Q, N));
  direct = at(chunkGrad, narrow);
  gradSums = at(direct, perHead);
  rowSums = at(gradSums, perHead);
  columnSums = at(rowSums, perHead);
  read = at(columnSums, perHead);
  written = at(read, perHead);
  gradState = at(written, perHead);
  states = at(gradState, N * F);
}

/** Index of the i-th position that the scan meets in a row with n unpadded ones. */
// @ts-ignore: decorator
@inline
export function position(row: i32, n: i32, i: i32): i32 {
  return row * L + (reverse ? n - 1 - i : i);
}

// @ts-ignore: decorator
@inline
export function lengthOf(row: i32): i32 {
  return max(0, min(L, load<i32>(at(lengths, row))));
}

/** Gathers positions [start, start + q) in walking order, with dt x and the decays from start and to the end. */
export function loadChunk(row: i32, n: i32, start: i32, q: i32): void {
  for (let i = 0; i < q; i++) {
    const t = position(row, n, start + i);
    copy(at(chunkB, i * N), at(b, t * strideB), N);
    copy(at(chunkC, i * N), at(c, t * strideC), N);
    for (let h = 0; h < H; h++) {
      const step = load<f32>(at(dt, t * strideDt + h));
      const before: f32 = i == 0 ? 0 : load<f32>(at(sums, h * Q + i - 1));
      store<f32>(at(steps, h * Q + i), step);
      store<f32>(at(sums, h * Q + i), before + step * load<f32>(at(a, h)));
      scaleTo(at(chunkX, i * F + h * P), at(x, t * strideX + h * P), step, P);
    }
  }
  for (let h = 0; h < H; h++) {
    const sum = at(sums, h * Q), last = load<f32>(at(sum, q - 1));
    expTo(at(fromStart, h * Q), sum, q);
    scaleTo(at(toEnd, h * Q), sum, -1, q);
    shiftTo(at(toEnd, h * Q), at(toEnd, h * Q), last, q);
    expTo(at(toEnd, h * Q), at(toEnd, h * Q), q);
  }
}

/** out[i, h, :] = factors[h, i] values[i, h, :]. */
export function scaleHeads(out: usize, values: usize, factors: usize, q: i32): void {
  for (let i = 0; i < q; i++) {
    for (let h = 0; h < H; h++) {
      const offset = i * F + h * P;
      scaleTo(at(out, offset), at(values, offset), load<f32>(at(factors, h * Q + i)), P);
    }
  }
}

/** next = exp(s_last) state + B^T (dt x decayed to the end); next may be state itself. */
export function advance(next: usize, state: usize, q: i32): void {
  for (let n = 0; n < N; n++) {
    for (let h = 0; h < H; h++) {
      const offset = n * F + h * P;
      scaleTo(at(next, offset), at(state, offset), load<f32>(at(fromStart, h * Q + q - 1)), P);
    }
  }
  scaleHeads(weighted, chunkX, toEnd, q);
  gemm(1, 0, N, F, q, chunkB, N, weighted, F, 1, next, F);
}

/** decays[i, j] = exp(s_i - s_j) for j <= i; what lies above the diagonal is left undefined. */
export function fillDecays(h: i32, q: i32): void {
  const sum = at(sums, h * Q);
  for (let i = 0; i < q; i++) {
    const here = load<f32>(at(sum, i)), out = at(decays, i * q);
    for (let j = 0; j <= i; j += 4) v128.store(at(out, j), f32x4.sub(f32x4.splat(here), v128.load(at(sum, j))));
    expTo(out, out, i + 1);
  }
}

/** out = left right, entry by entry, on and below the diagonal; 0 above. */
export function multiplyLower(out: usize, left: usize, right: usize, q: i32): void {
  for (let i = 0; i < q; i++) {
    const row = i * q;
    let j = 0;
    for (; j + 4 <= i + 1; j += 4) {
      v128.store(at(out, row + j), f32x4.mul(v128.load(at(left, row + j)), v128.load(at(right, row + j))));
    }
    for (; j <= i; j++) store<f32>(at(out, row + j), load<f32>(at(left, row + j)) * load<f32>(at(right, row + j)));
    zero(at(out, row + j), q - j);
  }
}

/** chunkY = what the entering state and the positions within the chunk give. */
export function scanChunk(state: usize, first: bool, q: i32): void {
  if (first) zero(chunkY, q * F);
  else {
    gemm(0, 0, q, F, N, chunkC, N, state, F, 0, chunkY, F);
    scaleHeads(chunkY, chunkY, fromStart, q);
  }
  gemm(0, 1, q, q, N, chunkC, N, chunkB, N, 0, scores, q);
  for (let h = 0; h < H; h++) {
    fillDecays(h, q);
    multiplyLower(decays, decays, scores, q);
    gemm(0, 0, q, P, q, decays, q, at(chunkX, h * P), F, 1, at(chunkY, h * P), F);
  }
}

/** y `[rows, L, F]` with `strideY` between positions. */
export function scanForward(rows: i32, y: usize, strideY: i32, scratch: usize): void {
  layOut(scratch);
  for (let row = 0; row < rows; row++) {
    const n = lengthOf(row);
    for (let start = 0; start < n; start += Q) {
      const q = min(Q, n - start);
      loadChunk(row, n, start, q);
      scanChunk(states, start == 0, q);
      for (let i = 0; i < q; i++) {
        const t = position(row, n, start + i);
        for (let h = 0; h < H; h++) {
          const offset = h * P;
          addTo(at(y, t * strideY + offset), at(chunkY, i * F + offset), at(x, t * strideX + offset), load<f32>(at(d, h)), P);
        }
      }
      if (start + q == n) break;
      if (start == 0) zero(states, N * F);
      advance(states, states, q);
    }
    for (let t = n; t < L; t++) zero(at(y, (row * L + t) * strideY), F);
  }
}
