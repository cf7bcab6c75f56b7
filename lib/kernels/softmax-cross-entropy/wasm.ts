import { registerWasm } from "../wasm/register.ts";
import { checkLabel, type CrossEntropyAttributes, SOFTMAX_CROSS_ENTROPY } from "./op.ts";

registerWasm<CrossEntropyAttributes>(
  SOFTMAX_CROSS_ENTROPY,
  (engine, { logits, labels, weights }, { ignore }) => {
    const [rows, classes] = logits.shape;
    for (const label of engine.integers(labels)) checkLabel(label, { classes, ignore });
    const loss = engine.output([]);
    const gradient = engine.output(logits.shape);
    const at = engine.pointer;
    // deno-fmt-ignore
    engine.run.crossEntropy(
    rows, classes, at(logits), at(labels), at(weights), ignore, at(loss), at(gradient),
  );
    return [loss, gradient];
  },
);
