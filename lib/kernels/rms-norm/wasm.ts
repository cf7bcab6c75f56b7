import { sizeOf } from "../wasm/engine.ts";
import { type KernelBody, registerWasm } from "../wasm/register.ts";
import { GATED_RMS_NORM, type NormAttributes, RMS_NORM, RMS_NORM_GRADIENT } from "./op.ts";

const forward: KernelBody<NormAttributes> = (engine, { y, z, weight }, { eps }) => {
  const out = engine.output(y.shape);
  const [width] = weight.shape;
  const at = engine.pointer;
  engine.scratch(4 * width, (scratch) => {
    // deno-fmt-ignore
    engine.run.rmsForward(
      sizeOf(y.shape) / width, width, eps, at(y), at(z), width, at(weight), 1, 0, at(out), scratch,
    );
  });
  return out;
};

registerWasm(RMS_NORM, forward);
registerWasm(GATED_RMS_NORM, forward);

registerWasm<NormAttributes>(RMS_NORM_GRADIENT, (engine, { y, z, weight, dy: dOut }, { eps }) => {
  const [width] = weight.shape;
  const dWeight = engine.zeros(weight.shape);
  const dy = engine.output(y.shape);
  const dz = z && engine.zeros(z.shape);
  const at = engine.pointer;
  engine.scratch(4 * width, (scratch) => {
    // deno-fmt-ignore
    engine.run.rmsBackward(
      sizeOf(y.shape) / width, width, eps, at(y), at(z), width, at(weight), 1, at(dOut),
      at(dy), at(dz), width, at(dWeight), scratch,
    );
  });
  return dz ? [dWeight, dy, dz] : [dWeight, dy];
});
