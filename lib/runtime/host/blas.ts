/** `c = a b + accumulate c`, row-major, by offsets in bytes; transposes are 0 or 1. */
// deno-fmt-ignore
export type Gemm = (
  transposeA: number, transposeB: number, m: number, n: number, k: number,
  a: number, lda: number, b: number, ldb: number, accumulate: number, c: number, ldc: number,
) => void;

/** A native single-precision matrix product, or the reason there is none. */
export interface Blas {
  /** The library that runs, or why none does. */
  readonly name: string;
  /** The one command that installs one, where none was found. */
  readonly advice?: string;
  /** The product of matrices that lie in `memory`, wherever it is mapped now (growing may move it). */
  readonly gemmOn: ((memory: WebAssembly.Memory) => Gemm) | null;
  /** Sets on how many threads one product runs; returns how many it was, null where none can be set (Accelerate). */
  setThreads(threads: number): number | null;
}

/** No library, and why. */
export const noBlas = (name: string, advice?: string): Blas => ({
  name,
  advice,
  gemmOn: null,
  setThreads: () => null,
});
