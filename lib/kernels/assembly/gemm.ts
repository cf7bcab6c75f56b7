// C = op(A) op(B) (+ C), row-major, float32. B is packed into slivers of 8 columns; A is read where it lies by
// broadcasting loads; a 6 x 8 block of C stays in registers (12 of the 16 SIMD registers of x64).
import { CONSTANT_BYTES, placeConstants } from "./exponential";
import { at, fma } from "./vector";

/** Rows and columns of the block in registers. */
const MR = 6;
const NR = 8;
/** Depth and width of a packed panel of B: 256 KiB, half of a small L2 cache. */
const KC = 256;
const NC = 256;

// Native BLAS of the host, used above `blasFrom` multiplications; Infinity if there is none.
// @ts-ignore: decorator
@external("host", "gemm")
declare function hostGemm(
  transposeA: i32, transposeB: i32, m: i32, n: i32, k: i32,
  a: usize, lda: i32, b: usize, ldb: i32, accumulate: i32, c: usize, ldc: i32,
): void;

let blasFrom: f64 = Infinity;
let workspace: usize = 0;

/** Bytes of workspace that `configure` must be given. */
export function workspaceBytes(): i32 {
  return ((KC * NC + KC * MR + MR * NR) << 2) + CONSTANT_BYTES;
}

export function configure(buffer: usize, minimum: f64): void {
  placeConstants(buffer);
  workspace = buffer + CONSTANT_BYTES;
  blasFrom = minimum;
}

/** Both transposition flags are 0 or 1; lda, ldb, ldc are the row strides of the matrices as stored. */
export function gemm(
  transposeA: i32, transposeB: i32, m: i32, n: i32, k: i32,
  a: usize, lda: i32, b: usize, ldb: i32, accumulate: i32, c: usize, ldc: i32,
): void {
  if (m == 0 || n == 0) return;
  if (<f64> m * <f64> n * <f64> k >= blasFrom) {
    hostGemm(transposeA, transposeB, m, n, k, a, lda, b, ldb, accumulate, c, ldc);
    return;
  }
  for (let j = 0; j < n; j += NC) {
    const columns = min(NC, n - j);
    for (let p = 0; p < k; p += KC) {
      const depth = min(KC, k - p);
      packB(transposeB ? at(b, j * ldb + p) : at(b, p * ldb + j), ldb, transposeB, depth, columns);
      const from = transposeA ? at(a, p * lda) : at(a, p);
      panel(transposeA, m, columns, depth, from, lda, accumulate | i32(p > 0), at(c, j), ldc);
    }
  }
  if (k == 0 && !accumulate) for (let i = 0; i < m; i++) memory.fill(at(c, i * ldc), 0, (<usize> n) << 2);
}

/** Packed B: for each sliver of 8 columns, `depth` rows of 8; missing columns are zero. */
function packB(b: usize, ldb: i32, transposed: i32, depth: i32, columns: i32): void {
  let out = workspace;
  for (let j = 0; j < columns; j += NR) {
    const width = min(NR, columns - j);
    if (width < NR) packRagged(transposed ? at(b, j * ldb) : at(b, j), ldb, transposed, depth, width, out);
    else if (transposed) packTransposed(at(b, j * ldb), ldb, depth, out);
    else packRows(at(b, j), ldb, depth, out);
    out += (<usize> (depth * NR)) << 2;
  }
}

function packRows(b: usize, ldb: i32, depth: i32, out: usize): void {
  for (let p = 0; p < depth; p++) {
    v128.store(out, v128.load(b));
    v128.store(out, v128.load(b, 16), 16);
    b += (<usize> ldb) << 2;
    out += NR << 2;
  }
}

function packTransposed(b: usize, ldb: i32, depth: i32, out: usize): void {
  const step = (<usize> ldb) << 2;
  let p = 0;
  for (; p + 4 <= depth; p += 4) {
    transpose4(at(b, p), step, at(out, p * NR));
    transpose4(at(b, p) + 4 * step, step, at(out, p * NR + 4));
  }
  for (; p < depth; p++) {
    for (let j = 0; j < NR; j++) store<f32>(at(out, p * NR + j), load<f32>(at(b, j * ldb + p)));
  }
}

/** Four rows of four floats, `step` bytes apart, to four columns in a sliver. */
// @ts-ignore: decorator
@inline
function transpose4(from: usize, step: usize, out: usize): void {
  const r0 = v128.load(from), r1 = v128.load(from + step);
  const r2 = v128.load(from + 2 * step), r3 = v128.load(from + 3 * step);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(out, v128.shuffle<i64>(low01, low23, 1, 3), 32);
  v128.store(out, v128.shuffle<i64>(high01, high23, 0, 2), 64);
  v128.store(out, v128.shuffle<i64>(high01, high23, 1, 3), 96);
}

function packRagged(b: usize, ldb: i32, transposed: i32, depth: i32, width: i32, out: usize): void {
  for (let p = 0; p < depth; p++) {
    for (let j = 0; j < NR; j++) {
      const value: f32 = j >= width ? 0 : load<f32>(transposed ? at(b, j * ldb + p) : at(b, p * ldb + j));
      store<f32>(at(out, p * NR + j), value);
    }
  }
}

function panel(
  transposeA: i32, m: i32, columns: i32, depth: i32, a: usize, lda: i32, accumulate: i32, c: usize, ldc: i32,
): void {
  const edge = at(workspace, KC * NC);
  const tile = at(edge, KC * MR);
  const slivers = (columns + NR - 1) / NR;
  for (let i = 0; i < m; i += MR) {
    const rows = min(MR, m - i);
    const full = rows == MR;
    let from = transposeA ? at(a, i) : at(a, i * lda);
    if (!full) {
      packEdge(transposeA, from, lda, rows, depth, edge);
      from = edge;
    }
    for (let s = 0; s < slivers; s++) {
      const j = s * NR;
      const b = at(workspace, j * depth);
      const target = at(c, i * ldc + j);
      const whole = full && columns - j >= NR;
      const out = whole ? target : tile;
      const stride = (<usize> (whole ? ldc : NR)) << 2;
      const add = whole ? accumulate : 0;
      if (!full) kernelColumns(depth, from, MR << 2, b, out, stride, add);
      else if (transposeA) kernelColumns(depth, from, (<usize> lda) << 2, b, out, stride, add);
      else kernelRows(depth, from, (<usize> lda) << 2, b, out, stride, add);
      if (!whole) copyTile(tile, target, ldc, rows, min(NR, columns - j), accumulate);
    }
  }
}

/** The last rows of A as `depth` columns of 6, zero beyond `rows`. */
function packEdge(transposeA: i32, a: usize, lda: i32, rows: i32, depth: i32, out: usize): void {
  for (let p = 0; p < depth; p++) {
    for (let i = 0; i < MR; i++) {
      const value: f32 = i >= rows ? 0 : load<f32>(transposeA ? at(a, p * lda + i) : at(a, i * lda + p));
      store<f32>(at(out, p * MR + i), value);
    }
  }
}

function copyTile(tile: usize, c: usize, ldc: i32, rows: i32, columns: i32, accumulate: i32): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const target = at(c, i * ldc + j);
      const value = load<f32>(at(tile, i * NR + j));
      store<f32>(target, accumulate ? load<f32>(target) + value : value);
    }
  }
}

// @ts-ignore: decorator
@inline
function storeRow(c: usize, left: v128, right: v128, accumulate: i32): void {
  if (accumulate) {
    v128.store(c, f32x4.add(left, v128.load(c)));
    v128.store(c, f32x4.add(right, v128.load(c, 16)), 16);
  } else {
    v128.store(c, left);
    v128.store(c, right, 16);
  }
}

/** The 6 x 8 block for A stored by columns: the six factors of one step lie side by side. */
function kernelColumns(
  depth: i32, a: usize, stepA: usize, b: usize, c: usize, stepC: usize, accumulate: i32,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (let p = 0; p < depth; p++) {
    const left = v128.load(b), right = v128.load(b, 16);
    let s = v128.load32_splat(a);
    c00 = fma(s, left, c00); c01 = fma(s, right, c01);
    s = v128.load32_splat(a, 4);
    c10 = fma(s, left, c10); c11 = fma(s, right, c11);
    s = v128.load32_splat(a, 8);
    c20 = fma(s, left, c20); c21 = fma(s, right, c21);
    s = v128.load32_splat(a, 12);
    c30 = fma(s, left, c30); c31 = fma(s, right, c31);
    s = v128.load32_splat(a, 16);
    c40 = fma(s, left, c40); c41 = fma(s, right, c41);
    s = v128.load32_splat(a, 20);
    c50 = fma(s, left, c50); c51 = fma(s, right, c51);
    a += stepA;
    b += NR << 2;
  }
  storeRow(c, c00, c01, accumulate); c += stepC;
  storeRow(c, c10, c11, accumulate); c += stepC;
  storeRow(c, c20, c21, accumulate); c += stepC;
  storeRow(c, c30, c31, accumulate); c += stepC;
  storeRow(c, c40, c41, accumulate); c += stepC;
  storeRow(c, c50, c51, accumulate);
}

/** The 6 x 8 block for A stored by rows: six pointers, one a row. */
function kernelRows(
  depth: i32, a0: usize, stepA: usize, b: usize, c: usize, stepC: usize, accumulate: i32,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  let a1 = a0 + stepA, a2 = a1 + stepA, a3 = a2 + stepA, a4 = a3 + stepA, a5 = a4 + stepA;
  for (let p = 0; p < depth; p++) {
    const left = v128.load(b), right = v128.load(b, 16);
    let s = v128.load32_splat(a0);
    c00 = fma(s, left, c00); c01 = fma(s, right, c01);
    s = v128.load32_splat(a1);
    c10 = fma(s, left, c10); c11 = fma(s, right, c11);
    s = v128.load32_splat(a2);
    c20 = fma(s, left, c20); c21 = fma(s, right, c21);
    s = v128.load32_splat(a3);
    c30 = fma(s, left, c30); c31 = fma(s, right, c31);
    s = v128.load32_splat(a4);
    c40 = fma(s, left, c40); c41 = fma(s, right, c41);
    s = v128.load32_splat(a5);
    c50 = fma(s, left, c50); c51 = fma(s, right, c51);
    a0 += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; a5 += 4;
    b += NR << 2;
  }
  storeRow(c, c00, c01, accumulate); c += stepC;
  storeRow(c, c10, c11, accumulate); c += stepC;
  storeRow(c, c20, c21, accumulate); c += stepC;
  storeRow(c, c30, c31, accumulate); c += stepC;
  storeRow(c, c40, c41, accumulate); c += stepC;
  storeRow(c, c50, c51, accumulate);
}
