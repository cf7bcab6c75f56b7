/** A byte offset into the wasm memory; 0 is null. */
export type Pointer = number;

/** The functions of the compiled module, as lib/kernels/assembly/index.ts exports them. */
export interface KernelExports {
  activate(from: number, to: number, kind: number, n: number, x: Pointer, out: Pointer): void;
  // deno-fmt-ignore
  activateBackward(
    from: number, to: number, kind: number, n: number, x: Pointer, dOut: Pointer, dx: Pointer,
  ): void;
  // deno-fmt-ignore
  adamW(
    from: number, to: number, n: number, param: Pointer, gradient: Pointer, first: Pointer, second: Pointer,
    beta1: number, beta2: number, eps: number, rate: number, correction: number, shrink: number,
    newParam: Pointer, newFirst: Pointer, newSecond: Pointer,
  ): void;
  // deno-fmt-ignore
  attentionForward(
    from: number, to: number, heads: number, length: number, width: number,
    q: Pointer, k: Pointer, v: Pointer, lengths: Pointer, out: Pointer, scratch: Pointer,
  ): void;
  // deno-fmt-ignore
  attentionBackward(
    from: number, to: number, heads: number, length: number, width: number,
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
  configure(workspace: Pointer, blasFrom: number): void;
  // deno-fmt-ignore
  describeConv(
    length: number, channels: number, taps: number, reverse: number, strideX: number,
    weight: Pointer, bias: Pointer, lengths: Pointer,
  ): void;
  convForward(from: number, to: number, x: Pointer, out: Pointer): void;
  // deno-fmt-ignore
  convBackward(
    from: number, to: number, x: Pointer, dOut: Pointer, dx: Pointer, taps: Pointer, dBias: Pointer, scratch: Pointer,
  ): void;
  foldTaps(dWeight: Pointer, taps: Pointer, channels: number, width: number): void;
  // deno-fmt-ignore
  crossEntropy(
    from: number, to: number, classes: number, logits: Pointer, labels: Pointer, weights: Pointer, ignore: number,
    total: number, gradient: Pointer, loss: Pointer,
  ): void;
  // deno-fmt-ignore
  dropOut(
    from: number, to: number, n: number, before: number, seed: number, threshold: number, scale: number, x: Pointer, out: Pointer,
  ): void;
  // deno-fmt-ignore
  affineRows(
    from: number, to: number, outputs: number, inputs: number, x: Pointer, weight: Pointer, bias: Pointer,
    slope: number, out: Pointer,
  ): void;
  gatherRows(from: number, to: number, width: number, table: Pointer, ids: Pointer, out: Pointer): void;
  // deno-fmt-ignore
  gemm(
    transposeA: number, transposeB: number, m: number, n: number, k: number,
    a: Pointer, lda: number, b: Pointer, ldb: number, accumulate: number, c: Pointer, ldc: number,
  ): void;
  // deno-fmt-ignore
  gemmRows(
    from: number, to: number, transposeA: number, transposeB: number, n: number, k: number,
    a: Pointer, lda: number, b: Pointer, ldb: number, c: Pointer,
  ): void;
  // deno-fmt-ignore
  gemmDepth(
    from: number, to: number, transposeA: number, transposeB: number, m: number, n: number,
    a: Pointer, lda: number, b: Pointer, ldb: number, c: Pointer,
  ): void;
  // deno-fmt-ignore
  gemmBatch(
    from: number, to: number, transposeA: number, transposeB: number, m: number, n: number, k: number,
    a: Pointer, strideA: number, lda: number, b: Pointer, strideB: number, ldb: number, c: Pointer,
  ): void;
  // deno-fmt-ignore
  layerForward(
    from: number, to: number, width: number, eps: number, x: Pointer, weight: Pointer, bias: Pointer, out: Pointer,
  ): void;
  // deno-fmt-ignore
  layerBackward(
    from: number, to: number, width: number, eps: number, x: Pointer, weight: Pointer, dOut: Pointer,
    dx: Pointer, sums: Pointer,
  ): void;
  // deno-fmt-ignore
  describeMixer(
    length: number, heads: number, width: number, state: number, taps: number, eps: number,
    projected: Pointer, lengths: Pointer, parameters: Pointer,
  ): void;
  mixerScratch(gradient: number): number;
  mixerSums(): number;
  mixerForward(from: number, to: number, y1: Pointer, y2: Pointer, out: Pointer, scratch: Pointer): void;
  // deno-fmt-ignore
  mixerBackward(
    from: number, to: number, y1: Pointer, y2: Pointer, dOut: Pointer, dProjected: Pointer, sums: Pointer,
    scratch: Pointer,
  ): void;
  // deno-fmt-ignore
  mixerGradients(
    direction: number, blocks: number, sums: Pointer, perBlock: number, gradients: Pointer,
  ): void;
  describeLayer(width: number, x: Pointer, inWeight: Pointer, outWeight: Pointer): void;
  layerScratch(gradient: number): number;
  layerSums(): number;
  // deno-fmt-ignore
  mambaForward(
    from: number, to: number, projected: Pointer, y1: Pointer, y2: Pointer, out: Pointer, scratch: Pointer,
  ): void;
  // deno-fmt-ignore
  mambaBackward(
    from: number, to: number, projected: Pointer, y1: Pointer, y2: Pointer, dOut: Pointer, dx: Pointer,
    sums: Pointer, scratch: Pointer,
  ): void;
  projectionGradients(blocks: number, sums: Pointer, dInWeight: Pointer, dOutWeight: Pointer): void;
  // deno-fmt-ignore
  rmsForward(
    from: number, to: number, width: number, eps: number, y: Pointer, z: Pointer, weight: Pointer, out: Pointer,
    scratch: Pointer,
  ): void;
  // deno-fmt-ignore
  rmsBackward(
    from: number, to: number, width: number, eps: number, y: Pointer, z: Pointer, weight: Pointer, dOut: Pointer,
    dy: Pointer, dz: Pointer, dWeight: Pointer, scratch: Pointer,
  ): void;
  // deno-fmt-ignore
  scatterRows(
    from: number, to: number, n: number, width: number, rows: Pointer, ids: Pointer, sums: Pointer,
  ): void;
  // deno-fmt-ignore
  describeScan(
    length: number, heads: number, width: number, state: number, reverse: number,
    x: Pointer, strideX: number, dt: Pointer, strideDt: number, a: Pointer,
    b: Pointer, strideB: number, c: Pointer, strideC: number, d: Pointer, lengths: Pointer,
  ): void;
  scanScratch(): number;
  scanForward(from: number, to: number, y: Pointer, strideY: number, scratch: Pointer): void;
  // deno-fmt-ignore
  describeScanGradient(
    dy: Pointer, strideDy: number, dx: Pointer, ddt: Pointer, db: Pointer, dc: Pointer,
  ): void;
  scanGradientScratch(): number;
  scanBackward(from: number, to: number, sums: Pointer, scratch: Pointer): void;
  sumBlocks(out: Pointer, sums: Pointer, blocks: number, stride: number, n: number): void;
  sumDoubles(sums: Pointer, blocks: number, n: number): void;
  sumOfSquares(from: number, to: number, n: number, x: Pointer, total: Pointer): void;
  sumRows(from: number, to: number, x: Pointer, width: number, out: Pointer): void;
  workspaceBytes(): number;
}
