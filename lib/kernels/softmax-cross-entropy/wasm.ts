import type { TensorInfo } from "../../tensor/mod.ts";
import { lightBlocks } from "../wasm/blocks.ts";
import type { WasmEngine } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import { checkLabel, type CrossEntropyAttributes, SOFTMAX_CROSS_ENTROPY } from "./op.ts";

registerWasm<CrossEntropyAttributes>(
  SOFTMAX_CROSS_ENTROPY,
  (engine, { logits, labels, weights }, { ignore }) => {
    const [rows, classes] = logits.shape;
    const total = weigh(engine, { labels, weights, classes, ignore });
    const loss = engine.output([]);
    const gradient = engine.output(logits.shape);
    const [x, y, w, to] = [logits, labels, weights, gradient].map(engine.pointer);
    const blocks = lightBlocks(rows, classes);
    engine.scratch(8 * blocks, (shares) => {
      const share = { from: shares, perBlock: 8 };
      const work = ["crossEntropy", classes, x, y, w, ignore, total, to, share] as const;
      engine.share({ work, rows, blocks });
      const sum = engine.doubles(shares, blocks).reduce((sum, share) => sum + share, 0);
      engine.floats(engine.pointer(loss), 1)[0] = sum;
    });
    return [loss, gradient];
  },
);

interface Labels {
  readonly labels: TensorInfo;
  readonly weights: TensorInfo | undefined;
  readonly classes: number;
  readonly ignore: number;
}

/** Checks the labels, and sums the weights of those that count. */
function weigh(engine: WasmEngine, { labels, weights, classes, ignore }: Labels): number {
  const weightOf = weights && engine.floats(engine.pointer(weights), classes);
  let total = 0;
  for (const label of engine.integers(labels)) {
    checkLabel(label, { classes, ignore });
    if (label !== ignore) total += weightOf ? weightOf[label] : 1;
  }
  return total;
}
