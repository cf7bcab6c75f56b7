import { lightBlocks } from "../wasm/blocks.ts";
import { sizeOf } from "../wasm/engine.ts";
import { type KernelBody, registerWasm } from "../wasm/register.ts";
import { LAYER_NORM, LAYER_NORM_GRADIENT, type LayerNormAttributes, WEIGHTED_LAYER_NORM } from "./op.ts";

const forward: KernelBody<LayerNormAttributes> = (engine, { x, weight, bias }, { eps }) => {
  const out = engine.output(x.shape);
  const width = x.shape[x.shape.length - 1], rows = sizeOf(x.shape) / width;
  const [from, w, b, to] = [x, weight, bias, out].map(engine.pointer);
  const work = ["layerForward", width, eps, from, w, b, to] as const;
  engine.share({ work, rows, blocks: lightBlocks(rows, width) });
  return out;
};

registerWasm(LAYER_NORM, forward);
registerWasm(WEIGHTED_LAYER_NORM, forward);

registerWasm<LayerNormAttributes>(LAYER_NORM_GRADIENT, (engine, { x, weight, dy }, { eps }) => {
  const width = x.shape[x.shape.length - 1], rows = sizeOf(x.shape) / width;
  const outputs = [x.shape, [width], [width]].map(engine.output);
  const [dx, dWeight, dBias] = outputs.map(engine.pointer);
  const [from, w, grad] = [x, weight, dy].map(engine.pointer);
  const blocks = lightBlocks(rows, width), perBlock = 8 * width;
  engine.scratch(blocks * perBlock, (sums) => {
    const work = ["layerBackward", width, eps, from, w, grad, dx, { from: sums, perBlock }] as const;
    engine.share({ work, rows, blocks });
    engine.run.sumBlocks(dWeight, sums, blocks, 2 * width, width);
    engine.run.sumBlocks(dBias, sums + 4 * width, blocks, 2 * width, width);
  });
  return outputs;
});
