// Matrix products cut into blocks for several threads: by rows of the result, by depth, or by the matrices of a batch.
import { bendRows } from "./activation";
import { gemm } from "./gemm";
import { at } from "./vector";

/** Rows [from, to) of C = op(A) op(B), row-major; arguments as of gemm. */
export function gemmRows(
  from: i32, to: i32, transposeA: i32, transposeB: i32, n: i32, k: i32,
  a: usize, lda: i32, b: usize, ldb: i32, c: usize,
): void {
  gemm(
    transposeA, transposeB, to - from, n, k, transposeA ? at(a, from) : at(a, from * lda), lda, b, ldb, 0, at(c, from * n), n,
  );
}

/** The contribution of the depth [from, to) to C [m, n]. */
export function gemmDepth(
  from: i32, to: i32, transposeA: i32, transposeB: i32, m: i32, n: i32,
  a: usize, lda: i32, b: usize, ldb: i32, c: usize,
): void {
  gemm(
    transposeA, transposeB, m, n, to - from, transposeA ? at(a, from * lda) : at(a, from), lda,
    transposeB ? at(b, from) : at(b, from * ldb), ldb, 0, c, n,
  );
}

/** Matrices [from, to) of a batch, `strideA` and `strideB` numbers apart (0 where all meet the same one). */
export function gemmBatch(
  from: i32, to: i32, transposeA: i32, transposeB: i32, m: i32, n: i32, k: i32,
  a: usize, strideA: i32, lda: i32, b: usize, strideB: i32, ldb: i32, c: usize,
): void {
  for (let i = from; i < to; i++) {
    gemm(transposeA, transposeB, m, n, k, at(a, i * strideA), lda, at(b, i * strideB), ldb, 0, at(c, i * m * n), n);
  }
}

/** Rows [from, to) of out = bend(x weight^T + bias), where bend multiplies what is negative by `slope`. */
export function affineRows(
  from: i32, to: i32, outputs: i32, inputs: i32, x: usize, weight: usize, bias: usize, slope: f32, out: usize,
): void {
  const block = at(out, from * outputs);
  gemm(0, 1, to - from, outputs, inputs, at(x, from * inputs), inputs, weight, inputs, 0, block, outputs);
  if (bias || slope != 1) bendRows(block, bias, to - from, outputs, slope);
}
