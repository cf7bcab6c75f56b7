import { lightBlocks, pagesOf } from "../wasm/blocks.ts";
import { sizeOf } from "../wasm/engine.ts";
import { productBlocks } from "../wasm/products.ts";
import { type KernelBody, registerWasm } from "../wasm/register.ts";
import {
  ACTIVATE,
  ACTIVATE_GRADIENT,
  type ActivateAttributes,
  AFFINE,
  type AffineAttributes,
  BENT_AFFINE,
  COLUMN_SUMS,
} from "./op.ts";

const affine: KernelBody<AffineAttributes> = (engine, { x, weight, bias }, { slope }) => {
  const [outputs, inputs] = weight.shape;
  const rows = sizeOf(x.shape) / inputs;
  const out = engine.output([...x.shape.slice(0, -1), outputs]);
  const [from, w, b, to] = [x, weight, bias, out].map(engine.pointer);
  const work = ["affineRows", outputs, inputs, from, w, b, slope, to] as const;
  engine.share({ work, rows, blocks: productBlocks(rows, rows * outputs * inputs) });
  return out;
};

registerWasm(AFFINE, affine);
registerWasm(BENT_AFFINE, affine);

registerWasm(COLUMN_SUMS, (engine, { x }) => {
  const [rows, width] = x.shape;
  const out = engine.output([width]);
  const blocks = lightBlocks(rows, width), perBlock = 4 * width;
  engine.scratch(blocks * perBlock, (sums) => {
    const work = ["sumRows", engine.pointer(x), width, { from: sums, perBlock }] as const;
    engine.share({ work, rows, blocks });
    engine.run.sumBlocks(engine.pointer(out), sums, blocks, width, width);
  });
  return out;
});

registerWasm<ActivateAttributes>(ACTIVATE, (engine, { x }, { kind }) => {
  const out = engine.output(x.shape);
  const n = sizeOf(x.shape);
  engine.share({ work: ["activate", kind, n, engine.pointer(x), engine.pointer(out)], ...pagesOf(n) });
  return out;
});

registerWasm<ActivateAttributes>(ACTIVATE_GRADIENT, (engine, { x, dy }, { kind }) => {
  const dx = engine.output(x.shape);
  const n = sizeOf(x.shape);
  const [from, grad, to] = [x, dy, dx].map(engine.pointer);
  engine.share({ work: ["activateBackward", kind, n, from, grad, to], ...pagesOf(n) });
  return dx;
});
