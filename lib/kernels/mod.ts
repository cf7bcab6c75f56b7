import "./tensorflow/mod.ts";
import "./wasm/mod.ts";
import "./webgpu/mod.ts";

export * from "./adamw/op.ts";
export * from "./attention/op.ts";
export * from "./batch-norm/op.ts";
export * from "./causal-conv-silu/op.ts";
export * from "./clip-global-norm/op.ts";
export * from "./dropout/op.ts";
export * from "./embed/op.ts";
export * from "./layer-norm/op.ts";
export * from "./linear/op.ts";
export * from "./mamba2-mix/op.ts";
export * from "./rms-norm/op.ts";
export * from "./softmax-cross-entropy/op.ts";
export * from "./ssd-scan/op.ts";
export * from "./wasm/describe.ts";
export { bytesLeft } from "./wasm/room.ts";
