import { sizeOf } from "../wasm/engine.ts";
import { type KernelBody, registerWasm } from "../wasm/register.ts";
import { LAYER_NORM, LAYER_NORM_GRADIENT, type LayerNormAttributes, WEIGHTED_LAYER_NORM } from "./op.ts";

const forward: KernelBody<LayerNormAttributes> = (engine, { x, weight, bias }, { eps }) => {
  const out = engine.output(x.shape);
  const width = x.shape[x.shape.length - 1];
  const at = engine.pointer;
  engine.run.layerForward(sizeOf(x.shape) / width, width, eps, at(x), at(weight), at(bias), at(out));
  return out;
};

registerWasm(LAYER_NORM, forward);
registerWasm(WEIGHTED_LAYER_NORM, forward);

registerWasm<LayerNormAttributes>(LAYER_NORM_GRADIENT, (engine, { x, weight, dy }, { eps }) => {
  const width = x.shape[x.shape.length - 1];
  const dx = engine.output(x.shape);
  const dWeight = engine.zeros([width]);
  const dBias = engine.zeros([width]);
  const at = engine.pointer;
  engine.scratch(8 * width, (scratch) => {
    // deno-fmt-ignore
    engine.run.layerBackward(
      sizeOf(x.shape) / width, width, eps, at(x), at(weight), at(dy),
      at(dx), at(dWeight), at(dBias), scratch,
    );
  });
  return [dx, dWeight, dBias];
});
