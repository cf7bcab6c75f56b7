// Attention a head at a time: scores, masked softmax, weighted values. Heads are [L, D] blocks, contiguous.
import { gemm } from "./gemm";
import { at, dot, scaleTo, zero } from "./vector";
import { softmaxRow } from "./rows";

/** The [L, L] weights of one head; keys at or beyond `open` get 0. */
function weigh(q: usize, k: usize, L: i32, D: i32, open: i32, weights: usize): void {
  gemm(0, 1, L, L, D, q, D, k, D, 0, weights, L);
  const scale: f32 = 1 / sqrt<f32>(<f32> D);
  for (let i = 0; i < L; i++) softmaxRow(at(weights, i * L), at(weights, i * L), open, L, scale);
}

/** Heads [from, to), counted over the rows, of out `[rows, heads, L, D]`; scratch holds L L floats. */
export function attentionForward(
  from: i32, to: i32, heads: i32, L: i32, D: i32, q: usize, k: usize, v: usize, lengths: usize, out: usize, scratch: usize,
): void {
  for (let block = from; block < to; block++) {
    const offset = block * L * D;
    const open = max(0, min(L, load<i32>(at(lengths, block / heads))));
    weigh(at(q, offset), at(k, offset), L, D, open, scratch);
    gemm(0, 0, L, D, L, scratch, L, at(v, offset), D, 0, at(out, offset), D);
  }
}

/** Gradients of q, k and v, weights recomputed; scratch holds 2 L L floats. */
export function attentionBackward(
  from: i32, to: i32, heads: i32, L: i32, D: i32, q: usize, k: usize, v: usize, lengths: usize, dOut: usize,
  dq: usize, dk: usize, dv: usize, scratch: usize,
): void {
  const weights = scratch, grad = at(scratch, L * L);
  const scale: f32 = 1 / sqrt<f32>(<f32> D);
  for (let block = from; block < to; block++) {
    const offset = block * L * D;
    const open = max(0, min(L, load<i32>(at(lengths, block / heads))));
    weigh(at(q, offset), at(k, offset), L, D, open, weights);
    gemm(1, 0, L, D, L, weights, L, at(dOut, offset), D, 0, at(dv, offset), D);
    gemm(0, 1, L, L, D, at(dOut, offset), D, at(v, offset), D, 0, grad, L);
    for (let i = 0; i < L; i++) softmaxBackward(at(weights, i * L), at(grad, i * L), open, L, scale);
    gemm(0, 0, L, D, L, grad, L, at(k, offset), D, 0, at(dq, offset), D);
    gemm(1, 0, L, D, L, grad, L, at(q, offset), D, 0, at(dk, offset), D);
  }
}

/** grad = scale p (grad - <p, grad>), in place. */
function softmaxBackward(p: usize, grad: usize, open: i32, n: i32, scale: f32): void {
  const mean = dot(p, grad, open);
  for (let j = 0; j < open; j++) {
    store<f32>(at(grad, j), scale * load<f32>(at(p, j)) * (load<f32>(at(grad, j)) - mean));
  }
  zero(at(grad, open), n - open);
}
