// What the compiled module gives to lib/kernels/wasm. Pointers are byte offsets into the shared memory.
export { activate, activateBackward } from "./activation";
export { attentionBackward, attentionForward } from "./attention";
export { batchBackward, batchForward } from "./batch_norm";
export { convBackward, convForward, describeConv, foldTaps } from "./conv";
export { dropOut } from "./dropout";
export { configure, gemm, workspaceBytes } from "./gemm";
export { describeMixer, mixerBackward, mixerForward, mixerGradients, mixerScratch, mixerSums } from "./mixer";
export {
  describeLayer, layerScratch, layerSums, mambaBackward, mambaForward, projectionGradients,
} from "./layer";
export { layerBackward, layerForward } from "./layer_norm";
export { clear, rmsBackward, rmsForward } from "./norm";
export { adamW, sumOfSquares } from "./optimiser";
export { affineRows, gemmBatch, gemmDepth, gemmRows } from "./products";
export { crossEntropy, gatherRows, scatterRows } from "./rows";
export { describeScan, scanForward, scanScratch } from "./scan";
export { describeScanGradient, scanBackward } from "./scan_gradient";
export { scanGradientScratch } from "./scan_gradient_scratch";
export { sumBlocks, sumDoubles, sumRows } from "./vector";
