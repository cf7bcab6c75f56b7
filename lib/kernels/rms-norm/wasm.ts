import { lightBlocks } from "../wasm/blocks.ts";
import { sizeOf } from "../wasm/engine.ts";
import { type KernelBody, registerWasm } from "../wasm/register.ts";
import { GATED_RMS_NORM, type NormAttributes, RMS_NORM, RMS_NORM_GRADIENT } from "./op.ts";

const forward: KernelBody<NormAttributes> = (engine, { y, z, weight }, { eps }) => {
  const out = engine.output(y.shape);
  const [width] = weight.shape, rows = sizeOf(y.shape) / width;
  const [from, gate, w, to] = [y, z, weight, out].map(engine.pointer);
  const work = ["rmsForward", width, eps, from, gate, w, to] as const;
  engine.share({ work, rows, blocks: lightBlocks(rows, width), scratch: 4 * width });
  return out;
};

registerWasm(RMS_NORM, forward);
registerWasm(GATED_RMS_NORM, forward);

registerWasm<NormAttributes>(RMS_NORM_GRADIENT, (engine, { y, z, weight, dy: dOut }, { eps }) => {
  const [width] = weight.shape, rows = sizeOf(y.shape) / width;
  const outputs = [weight, y, ...(z ? [z] : [])].map(({ shape }) => engine.output(shape));
  const [dWeight, dy, dz = 0] = outputs.map(engine.pointer);
  const [from, gate, w, grad] = [y, z, weight, dOut].map(engine.pointer);
  const blocks = lightBlocks(rows, width), perBlock = 4 * width;
  engine.scratch(blocks * perBlock, (sums) => {
    const work = ["rmsBackward", width, eps, from, gate, w, grad, dy, dz, { from: sums, perBlock }] as const;
    engine.share({ work, rows, blocks, scratch: 8 * width });
    engine.run.sumBlocks(dWeight, sums, blocks, width, width);
  });
  return outputs;
});
