import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import { ACTIVATE, ACTIVATE_GRADIENT, type ActivateAttributes, AFFINE, COLUMN_SUMS } from "./op.ts";

registerWasm(AFFINE, (engine, { x, weight, bias }) => {
  const [outputs, inputs] = weight.shape;
  const rows = sizeOf(x.shape) / inputs;
  const out = engine.output([...x.shape.slice(0, -1), outputs]);
  const at = engine.pointer;
  if (bias) engine.run.fillRows(at(out), at(bias), rows, outputs);
  // deno-fmt-ignore
  engine.run.gemm(
    0, 1, rows, outputs, inputs, at(x), inputs, at(weight), inputs, Number(bias !== undefined), at(out), outputs,
  );
  return out;
});

registerWasm(COLUMN_SUMS, (engine, { x }) => {
  const [rows, width] = x.shape;
  const out = engine.zeros([width]);
  engine.run.columnSums(engine.pointer(x), engine.pointer(out), rows, width);
  return out;
});

registerWasm<ActivateAttributes>(ACTIVATE, (engine, { x }, { kind }) => {
  const out = engine.output(x.shape);
  engine.run.activate(kind, sizeOf(x.shape), engine.pointer(x), engine.pointer(out));
  return out;
});

registerWasm<ActivateAttributes>(ACTIVATE_GRADIENT, (engine, { x, dy }, { kind }) => {
  const dx = engine.output(x.shape);
  const at = engine.pointer;
  engine.run.activateBackward(kind, sizeOf(x.shape), at(x), at(dy), at(dx));
  return dx;
});
