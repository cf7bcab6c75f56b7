/** A byte offset into the wasm memory; 0 is null. */
export type Pointer = number;

/** The functions of the compiled module, as lib/kernels/assembly/index.ts exports them. */
export interface KernelExports {
  activate(kind: number, n: number, x: Pointer, out: Pointer): void;
  activateBackward(kind: number, n: number, x: Pointer, dOut: Pointer, dx: Pointer): void;
  // deno-fmt-ignore
  adamW(
    n: number, param: Pointer, gradient: Pointer, first: Pointer, second: Pointer,
    beta1: number, beta2: number, eps: number, rate: number, correction: number, shrink: number,
    newParam: Pointer, newFirst: Pointer, newSecond: Pointer,
  ): void;
  // deno-fmt-ignore
  attentionForward(
    rows: number, heads: number, length: number, width: number,
    q: Pointer, k: Pointer, v: Pointer, lengths: Pointer, out: Pointer, scratch: Pointer,
  ): void;
  // deno-fmt-ignore
  attentionBackward(
    rows: number, heads: number, length: number, width: number,
    q: Pointer, k: Pointer, v: Pointer, lengths: Pointer, dOut: Pointer,
    dq: Pointer, dk: Pointer, dv: Pointer, scratch: Pointer,
  ): void;
  // deno-fmt-ignore
  batchForward(
    rows: number, width: number, eps: number, relu: number, x: Pointer, shares: Pointer, weight: Pointer,
    bias: Pointer, mean: Pointer, variance: Pointer, out: Pointer, scratch: Pointer,
  ): void;
  // deno-fmt-ignore
  batchBackward(
    rows: number, width: number, eps: number, relu: number, x: Pointer, shares: Pointer, weight: Pointer,
    mean: Pointer, variance: Pointer, out: Pointer, dOut: Pointer, dx: Pointer, dWeight: Pointer, dBias: Pointer,
    scratch: Pointer,
  ): void;
  clear(out: Pointer, n: number): void;
  columnSums(x: Pointer, out: Pointer, rows: number, width: number): void;
  configure(workspace: Pointer, blasFrom: number): void;
  // deno-fmt-ignore
  describeConv(
    length: number, channels: number, taps: number, reverse: number, strideX: number,
    weight: Pointer, bias: Pointer, lengths: Pointer,
  ): void;
  convForward(rows: number, x: Pointer, out: Pointer): void;
  // deno-fmt-ignore
  convBackward(
    rows: number, x: Pointer, dOut: Pointer, dx: Pointer, dWeight: Pointer, dBias: Pointer, scratch: Pointer,
  ): void;
  // deno-fmt-ignore
  crossEntropy(
    rows: number, classes: number, logits: Pointer, labels: Pointer, weights: Pointer, ignore: number,
    loss: Pointer, gradient: Pointer,
  ): void;
  // deno-fmt-ignore
  dropOut(
    n: number, from: number, seed: number, threshold: number, scale: number, x: Pointer, out: Pointer,
  ): void;
  fillRows(out: Pointer, bias: Pointer, rows: number, width: number): void;
  gatherRows(n: number, width: number, table: Pointer, ids: Pointer, out: Pointer): void;
  // deno-fmt-ignore
  gemm(
    transposeA: number, transposeB: number, m: number, n: number, k: number,
    a: Pointer, lda: number, b: Pointer, ldb: number, accumulate: number, c: Pointer, ldc: number,
  ): void;
  // deno-fmt-ignore
  layerForward(
    rows: number, width: number, eps: number, x: Pointer, weight: Pointer, bias: Pointer, out: Pointer,
  ): void;
  // deno-fmt-ignore
  layerBackward(
    rows: number, width: number, eps: number, x: Pointer, weight: Pointer, dOut: Pointer,
    dx: Pointer, dWeight: Pointer, dBias: Pointer, scratch: Pointer,
  ): void;
  // deno-fmt-ignore
  describeMixer(
    length: number, heads: number, width: number, state: number, taps: number, chunk: number, eps: number,
    projected: Pointer, lengths: Pointer,
  ): void;
  // deno-fmt-ignore
  describeDirection(
    reverse: number, convWeight: Pointer, convBias: Pointer, dtBias: Pointer, a: Pointer, d: Pointer,
    norm: Pointer,
  ): void;
  mixerScratch(gradient: number): number;
  mixerForward(rows: number, y: Pointer, out: Pointer, scratch: Pointer): void;
  // deno-fmt-ignore
  mixerBackward(
    rows: number, y: Pointer, dOut: Pointer, dProjected: Pointer, dConvWeight: Pointer, dConvBias: Pointer,
    dDtBias: Pointer, dNorm: Pointer, sumsAD: Pointer, scratch: Pointer,
  ): void;
  // deno-fmt-ignore
  rmsForward(
    rows: number, width: number, eps: number, y: Pointer, z: Pointer, strideZ: number,
    weight: Pointer, factor: number, accumulate: number, out: Pointer, scratch: Pointer,
  ): void;
  // deno-fmt-ignore
  rmsBackward(
    rows: number, width: number, eps: number, y: Pointer, z: Pointer, strideZ: number,
    weight: Pointer, factor: number, dOut: Pointer, dy: Pointer, dz: Pointer, strideDz: number,
    dWeight: Pointer, scratch: Pointer,
  ): void;
  scatterRows(n: number, width: number, table: number, rows: Pointer, ids: Pointer, sums: Pointer): void;
  // deno-fmt-ignore
  describeScan(
    length: number, heads: number, width: number, state: number, chunk: number, reverse: number,
    x: Pointer, strideX: number, dt: Pointer, strideDt: number, a: Pointer,
    b: Pointer, strideB: number, c: Pointer, strideC: number, d: Pointer, lengths: Pointer,
  ): void;
  scanScratch(gradient: number): number;
  scanForward(rows: number, y: Pointer, strideY: number, scratch: Pointer): void;
  // deno-fmt-ignore
  scanBackward(
    rows: number, dy: Pointer, strideDy: number,
    dx: Pointer, ddt: Pointer, db: Pointer, dc: Pointer, sumsAD: Pointer, scratch: Pointer,
  ): void;
  sumOfSquares(x: Pointer, n: number): number;
  workspaceBytes(): number;
}

/** What the compiled module asks of its host: a BLAS product and the logarithm. */
export interface KernelHost {
  readonly gemm: KernelExports["gemm"];
  readonly log: (x: number) => number;
}
