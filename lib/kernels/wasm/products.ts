import type { WasmEngine } from "./engine.ts";
import type { Pointer } from "./exports.ts";

/** C [m, n] = op(A) op(B) with depth k, row-major; `lda` and `ldb` are the lengths of the rows as stored. */
export interface Product {
  readonly transposeA: number;
  readonly transposeB: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Pointer;
  readonly lda: number;
  readonly b: Pointer;
  readonly ldb: number;
  readonly c: Pointer;
}

/** Multiplications that a block of a product has at least. */
const LEAST = 2 ** 20;
/** Rows of the result, or depth, that a block has at least: below, packing takes as long as multiplying. */
const LEAST_ROWS = 128;
/** Bytes that the partial sums of a product may take. */
const MOST_BYTES = 2 ** 22;
const MOST_BLOCKS = 16;

/** Blocks to cut a product into along one of its sizes. */
export const productBlocks = (length: number, multiplications: number): number =>
  Math.max(1, Math.min(MOST_BLOCKS, Math.floor(length / LEAST_ROWS), Math.floor(multiplications / LEAST)));

/** Multiplies by all threads: each does rows of the result or, where these are few and the sums deep, a part of the depth. */
export function multiply(engine: WasmEngine, product: Product): void {
  const { transposeA, transposeB, m, n, k, a, lda, b, ldb, c } = product;
  const size = m * n * k, bytes = 4 * m * n;
  const blocks = Math.min(productBlocks(k, size), Math.floor(MOST_BYTES / bytes));
  if (k < 2 * m || blocks < 2) {
    const work = ["gemmRows", transposeA, transposeB, n, k, a, lda, b, ldb, c] as const;
    return engine.share({ work, rows: m, blocks: rowBlocks(product) });
  }
  engine.scratch(blocks * bytes, (sums) => {
    const into = { from: sums, perBlock: bytes };
    const work = ["gemmDepth", transposeA, transposeB, m, n, a, lda, b, ldb, into] as const;
    engine.share({ work, rows: k, blocks });
    engine.run.sumBlocks(c, sums, blocks, m * n, m * n);
  });
}

/** Every block packs B anew, so a product with few rows beside its depth has few blocks. */
const rowBlocks = ({ m, n, k, transposeA }: Product): number =>
  Math.min(productBlocks(m, m * n * k), transposeA ? 4 : MOST_BLOCKS);
