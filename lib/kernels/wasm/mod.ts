import { shareHeap } from "./heap.ts"; // registers the kernels of tfjs-wasm, which some of ours replace
import "../adamw/wasm.ts";
import "../attention/wasm.ts";
import "../batch-norm/wasm.ts";
import "../causal-conv-silu/wasm.ts";
import "../clip-global-norm/wasm.ts";
import "../dropout/wasm.ts";
import "../embed/wasm.ts";
import "../layer-norm/wasm.ts";
import "../linear/wasm.ts";
import "../mamba2-layer/wasm.ts";
import "../mamba2-mix/wasm.ts";
import "../rms-norm/wasm.ts";
import "../softmax-cross-entropy/wasm.ts";
import "../ssd-scan/wasm.ts";
import "./batch_mat_mul.ts";
import "./identity.ts";

shareHeap();
