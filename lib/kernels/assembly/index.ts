// What the compiled module gives to lib/kernels/wasm. Pointers are byte offsets into the shared memory.
export { activate, activateBackward, fillRows } from "./activation";
export { attentionBackward, attentionForward } from "./attention";
export { batchBackward, batchForward } from "./batch_norm";
export { convBackward, convForward, describeConv } from "./conv";
export { dropOut } from "./dropout";
export { configure, gemm, workspaceBytes } from "./gemm";
export { describeDirection, describeMixer, mixerBackward, mixerForward, mixerScratch } from "./mixer";
export { clear, layerBackward, layerForward, rmsBackward, rmsForward } from "./norm";
export { adamW } from "./optimiser";
export { crossEntropy, gatherRows, scatterRows } from "./rows";
export { describeScan, scanForward, scanScratch } from "./scan";
export { scanBackward } from "./scan_gradient";
export { columnSums, scaleTo, sumOfSquares } from "./vector";
