import "../adamw/webgpu.ts";
import "../causal-conv-silu/webgpu.ts";
import "../embed/webgpu.ts";
import "../layer-norm/webgpu.ts";
import "../linear/webgpu.ts";
import "../rms-norm/webgpu.ts";
import "../softmax-cross-entropy/webgpu.ts";
import "../ssd-scan/webgpu.ts";
