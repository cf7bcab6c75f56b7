import * as tf from "@tensorflow/tfjs";
import { clipGlobalNorm, createAdamW, layerNorm, linear, mamba2Mix } from "../lib/kernels/mod.ts";
import { type BiMamba2Params, flattenParams, initBiMamba2, type Mamba2Size } from "../lib/nn/mod.ts";
import { createRng } from "../lib/runtime/mod.ts";

/** Sizes of a stack of bidirectional Mamba-2 layers, by the names the PyTorch twin uses. */
export interface StackSize {
  readonly layers: number;
  readonly batch: number;
  readonly length: number;
  readonly width: number;
  readonly inner: number;
  readonly heads: number;
  readonly state: number;
  readonly chunk: number;
}

/** The walkthrough preset's stack (DESIGN section 3). */
export const WALKTHROUGH: StackSize = {
  layers: 6,
  batch: 16,
  length: 256,
  width: 128,
  inner: 256,
  heads: 4,
  state: 64,
  chunk: 64,
};

/** The original's width; one layer's share of work is what counts, so two layers are enough. */
export const PAPER: StackSize = {
  layers: 2,
  batch: 4,
  length: 512,
  width: 512,
  inner: 1024,
  heads: 16,
  state: 128,
  chunk: 64,
};

/** Our stack, ready to be timed. */
export interface Stack {
  forward(): void;
  step(): void;
  dispose(): void;
}

export function buildStack(size: StackSize): Stack {
  const rng = createRng("bench");
  const mamba: Mamba2Size = {
    width: size.width,
    expand: size.inner / size.width,
    headDim: size.inner / size.heads,
    stateDim: size.state,
    convWidth: 4,
    chunk: size.chunk,
  };
  const layers = Array.from({ length: size.layers }, (_, i) => initBiMamba2(rng.split(i), mamba));
  const params = flattenParams(layers);
  const optimiser = createAdamW(params);
  const x = tf.randomNormal<tf.Rank.R3>([size.batch, size.length, size.width], 0, 1, "float32", 7);
  const lengths = tf.fill([size.batch], size.length, "int32") as tf.Tensor1D;
  const run = () => layers.reduce((t, layer) => runLayer(layer, t, lengths), x);
  return {
    forward: () => tf.tidy(() => void run().dataSync()),
    step() {
      const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(run())), [...params.values()]);
      const named = new Map([...params].map(([name, variable]) => [name, grads[variable.name]]));
      const { gradients } = clipGlobalNorm(named, 1);
      optimiser.step(gradients, 1e-4);
      tf.dispose([value, ...gradients.values()]);
    },
    dispose() {
      optimiser.dispose();
      tf.dispose([x, lengths, ...params.values()]);
    },
  };
}

function runLayer(
  layer: BiMamba2Params,
  x: tf.Tensor3D,
  lengths: tf.Tensor1D,
): tf.Tensor3D {
  const projected = linear(layerNorm(x), layer.inProjection.weight) as tf.Tensor3D;
  const mixed = mamba2Mix(projected, layer, { lengths });
  return layerNorm(linear(mixed, layer.outProjection.weight)) as tf.Tensor3D;
}
