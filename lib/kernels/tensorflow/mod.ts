import "../causal-conv-silu/tensorflow.ts";
import "../embed/tensorflow.ts";
import "../mamba2-mix/tensorflow.ts";
import "../softmax-cross-entropy/tensorflow.ts";
import "../ssd-scan/tensorflow.ts";
