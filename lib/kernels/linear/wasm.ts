import * as tf from "../../tensor/mod.ts";
import { runKernel } from "../dispatch.ts";
import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import type { Activation } from "./reference.ts";

/** `x weight^T + bias`: inputs x, weight and, where given, bias. */
export const AFFINE = "KcfAffine";
/** An activation entry by entry, attribute `kind`. */
export const ACTIVATE = "KcfActivate";
export const ACTIVATE_GRADIENT = "KcfActivateGradient";
export const COLUMN_SUMS = "KcfColumnSums";

/** Numbers of the activations in assembly/activation.ts. */
export const KINDS: Record<Exclude<Activation, "none">, number> = { relu: 1, gelu: 2, silu: 3, leakyRelu: 4 };

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

tf.registerGradient({
  kernelName: AFFINE,
  inputsToSave: ["x", "weight"],
  gradFunc: (dy, [x, weight]) => {
    const [outputs, inputs] = weight.shape;
    const rows = tf.reshape(dy as tf.Tensor, [-1, outputs]);
    return {
      x: () => tf.reshape(tf.matMul(rows, weight), x.shape),
      weight: () => tf.matMul(rows, tf.reshape(x, [-1, inputs]), true),
      bias: () => runKernel(COLUMN_SUMS, { x: rows }),
    };
  },
});

registerWasm(COLUMN_SUMS, (engine, { x }) => {
  const [rows, width] = x.shape;
  const out = engine.zeros([width]);
  engine.run.columnSums(engine.pointer(x), engine.pointer(out), rows, width);
  return out;
});

registerWasm<{ kind: number }>(ACTIVATE, (engine, { x }, { kind }) => {
  const out = engine.output(x.shape);
  engine.run.activate(kind, sizeOf(x.shape), engine.pointer(x), engine.pointer(out));
  return out;
});

registerWasm<{ kind: number }>(ACTIVATE_GRADIENT, (engine, { x, dy }, { kind }) => {
  const dx = engine.output(x.shape);
  const at = engine.pointer;
  engine.run.activateBackward(kind, sizeOf(x.shape), at(x), at(dy), at(dx));
  return dx;
});

tf.registerGradient({
  kernelName: ACTIVATE,
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => ({
    x: () => runKernel(ACTIVATE_GRADIENT, { x, dy: dy as tf.Tensor }, attributes),
  }),
});
