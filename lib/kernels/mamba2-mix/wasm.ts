import { blocksOf } from "../wasm/blocks.ts";
import { describeMixer, foldMixer, TABLE } from "../wasm/mixer.ts";
import { registerWasm } from "../wasm/register.ts";
import { FLAT_NAMES } from "./inputs.ts";
import { MAMBA2_MIX, MAMBA2_MIX_GRADIENT, type MixAttributes } from "./op.ts";

registerWasm<MixAttributes>(MAMBA2_MIX, (engine, inputs, { eps }) => {
  const [rows, length] = inputs.projected.shape;
  const shape = [rows, length, inputs["forward.norm"].shape[0]];
  const outputs = [shape, shape, shape].map(engine.output);
  const [out, y1, y2] = outputs.map(engine.pointer);
  const projected = engine.pointer(inputs.projected);
  engine.scratch(TABLE, (table) => {
    const setup = [describeMixer(engine, inputs, { length, projected, table, eps })];
    engine.share({ setup, work: ["mixerForward", y1, y2, out], rows, scratch: engine.run.mixerScratch(0) });
  });
  return outputs;
});

registerWasm<MixAttributes>(MAMBA2_MIX_GRADIENT, (engine, inputs, { eps }) => {
  const [rows, length] = inputs.projected.shape;
  const gradients = ["projected", ...FLAT_NAMES].map((name) => engine.output(inputs[name].shape));
  const [projected, y1, y2, dy] = ["projected", "forward.scan", "reverse.scan", "dy"].map((name) =>
    engine.pointer(inputs[name])
  );
  const dProjected = engine.pointer(gradients[0]);
  const blocks = blocksOf(rows);
  engine.scratch(TABLE, (table) => {
    const setup = [describeMixer(engine, inputs, { length, projected, table, eps })];
    const perBlock = engine.run.mixerSums();
    engine.scratch(blocks * perBlock, (sums) => {
      const work = ["mixerBackward", y1, y2, dy, dProjected, { from: sums, perBlock }] as const;
      engine.share({ setup, work, rows, scratch: engine.run.mixerScratch(1) });
      foldMixer(engine, gradients.slice(1), { blocks, sums, perBlock });
    });
  });
  return gradients;
});
