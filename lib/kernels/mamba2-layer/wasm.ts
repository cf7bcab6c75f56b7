import { blocksOf } from "../wasm/blocks.ts";
import type { WasmEngine } from "../wasm/engine.ts";
import type { Pointer } from "../wasm/exports.ts";
import type { Call } from "../wasm/job.ts";
import { describeMixer, foldMixer, TABLE } from "../wasm/mixer.ts";
import { type Inputs, registerWasm } from "../wasm/register.ts";
import { KEPT, LAYER_INPUTS, type LayerAttributes, MAMBA2_LAYER, MAMBA2_LAYER_GRADIENT } from "./op.ts";

/** Describes the layer to this thread, and gives the calls by which other threads do. */
function describe(
  engine: WasmEngine,
  inputs: Inputs,
  { table, eps }: { table: Pointer; eps: number },
): Call[] {
  const [, length, width] = inputs.x.shape;
  const mixer = describeMixer(engine, inputs, { length, projected: 0, table, eps });
  const [x, inWeight, outWeight] = ["x", "inWeight", "outWeight"].map((name) => engine.pointer(inputs[name]));
  engine.run.describeLayer(width, x, inWeight, outWeight);
  return [mixer, ["describeLayer", width, x, inWeight, outWeight]];
}

registerWasm<LayerAttributes>(MAMBA2_LAYER, (engine, inputs, { eps, keep }) => {
  const { x, inWeight, outWeight } = inputs;
  const [rows, length] = x.shape;
  const [inner, features] = [inWeight.shape[0], outWeight.shape[1]];
  const out = engine.output(x.shape);
  const kept = keep ? [inner, features, features].map((width) => engine.output([rows, length, width])) : [];
  const [projected = 0, y1 = 0, y2 = 0] = kept.map(engine.pointer);
  engine.scratch(TABLE, (table) => {
    const setup = describe(engine, inputs, { table, eps });
    const work = ["mambaForward", projected, y1, y2, engine.pointer(out)] as const;
    engine.share({ setup, work, rows, scratch: engine.run.layerScratch(0) });
  });
  return [out, ...kept];
});

registerWasm<LayerAttributes>(MAMBA2_LAYER_GRADIENT, (engine, inputs, { eps }) => {
  const [rows] = inputs.x.shape;
  const gradients = LAYER_INPUTS.map((name) => engine.output(inputs[name].shape));
  const [dx, dInWeight, dOutWeight] = gradients.map(engine.pointer);
  const given = [...KEPT, "dy"].map((name) => engine.pointer(inputs[name]));
  const blocks = blocksOf(rows);
  engine.scratch(TABLE, (table) => {
    const setup = describe(engine, inputs, { table, eps });
    const perBlock = engine.run.layerSums();
    engine.scratch(blocks * perBlock, (sums) => {
      const work = ["mambaBackward", ...given, dx, { from: sums, perBlock }] as const;
      engine.share({ setup, work, rows, scratch: engine.run.layerScratch(1) });
      foldMixer(engine, gradients.slice(3), { blocks, sums, perBlock });
      engine.run.projectionGradients(blocks, sums, dInWeight, dOutWeight);
    });
  });
  return gradients;
});
