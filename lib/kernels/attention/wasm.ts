import { productBlocks } from "../wasm/products.ts";
import { registerWasm } from "../wasm/register.ts";
import { ATTENTION, ATTENTION_GRADIENT } from "./op.ts";

/** Heads are shared by threads where there is enough to multiply. */
const share = ([rows, heads, length, width]: number[]) => {
  const count = rows * heads;
  return {
    rows: count,
    blocks: Math.min(count, productBlocks(Infinity, 2 * count * length * length * width)),
  };
};

registerWasm(ATTENTION, (engine, { q, k, v, lengths }) => {
  const [, heads, length, width] = q.shape;
  const out = engine.output(q.shape);
  const pointers = [q, k, v, lengths, out].map(engine.pointer);
  const work = ["attentionForward", heads, length, width, ...pointers] as const;
  engine.share({ work, ...share(q.shape), scratch: 4 * length * length });
  return out;
});

registerWasm(ATTENTION_GRADIENT, (engine, { q, k, v, lengths, dy }) => {
  const [, heads, length, width] = q.shape;
  const gradients = [q, k, v].map((tensor) => engine.output(tensor.shape));
  const pointers = [q, k, v, lengths, dy, ...gradients].map(engine.pointer);
  const work = ["attentionBackward", heads, length, width, ...pointers] as const;
  engine.share({ work, ...share(q.shape), scratch: 8 * length * length });
  return gradients;
});
