import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import * as kernels from "lib/kernels/mod.ts";
import golden from "../fixtures/kernels/golden.json" with { type: "json" };
import "./backends.ts";
import { type Plain, relativeError, toTensor, valueAndGradients } from "./helpers.ts";

/** float32 arithmetic against float64 golden values: a few roundings of 6e-8 each. */
const FORWARD = 1e-5;
const GRADIENT = 1e-4;

interface Case {
  readonly call: string;
  readonly inputs: Record<string, Plain>;
  readonly options: Options;
  readonly output: Plain;
  readonly probe: Plain;
  readonly gradients: Record<string, Plain>;
}

interface Options {
  readonly lengths?: number[];
  readonly reverse?: boolean;
  readonly activation?: string;
  readonly ids?: number[][];
  readonly labels?: number[];
  readonly weights?: number[];
  readonly counts?: number[];
}

type Named = Record<string, tf.Tensor>;
type Call = (inputs: Named, options: Options) => tf.Tensor;

const lengthsOf = (options: Options) => tf.tensor1d(options.lengths!, "int32");

/** The tensors whose names start with `prefix`, without it. */
const below = (inputs: Named, prefix: string): Named =>
  Object.fromEntries(
    Object.entries(inputs).filter(([name]) => name.startsWith(prefix)).map((
      [name, t],
    ) => [name.slice(prefix.length), t]),
  );

/** How each golden call reads in TypeScript. */
const CALLS: Record<string, Call> = {
  linear: ({ x, weight, bias }, { activation }) =>
    kernels.linear(x, weight, { bias, activation: activation as kernels.Activation }),
  rmsNorm: ({ x, weight }) => kernels.rmsNorm(x, weight, { eps: 1e-5 }),
  gatedRmsNorm: ({ y, z, weight }) => kernels.gatedRmsNorm(y, z, { weight }),
  layerNorm: ({ x, weight, bias }) => kernels.layerNorm(x, { weight, bias }),
  batchNorm: ({ x, weight, bias }, { counts, activation }) => {
    const times = tf.tensor1d(counts!);
    const shares = tf.div(times, tf.sum(times)) as tf.Tensor1D;
    const relu = activation === "relu" ? "relu" : "none";
    const { out } = kernels.batchNorm(x as tf.Tensor2D, { weight, bias, shares, activation: relu });
    return tf.mul(out, tf.expandDims(times, 1));
  },
  causalConvSilu: ({ x, weight, bias }, options) =>
    kernels.causalConvSilu(x as tf.Tensor3D, {
      weight: weight as tf.Tensor2D,
      bias: bias as tf.Tensor1D,
      lengths: lengthsOf(options),
      reverse: options.reverse,
    }),
  ssdScan: (inputs, options) =>
    kernels.ssdScan(inputs as unknown as kernels.SsdInputs, {
      lengths: lengthsOf(options),
      reverse: options.reverse,
      chunk: 3,
    }),
  mamba2Mix: (inputs, options) => {
    const direction = (prefix: string) => below(inputs, prefix) as unknown as kernels.MixDirection;
    return kernels.mamba2Mix(
      inputs.projected as tf.Tensor3D,
      { forward: direction("forward_"), reverse: direction("reverse_") },
      { lengths: lengthsOf(options), chunk: 4, eps: 1e-5 },
    );
  },
  embed: ({ table }, { ids }) => kernels.embed(table as tf.Tensor2D, tf.tensor2d(ids!, undefined, "int32")),
  softmaxCrossEntropy: ({ logits }, { labels, weights }) =>
    kernels.softmaxCrossEntropy(logits as tf.Tensor2D, tf.tensor1d(labels!, "int32"), {
      weights: tf.tensor1d(weights!),
    }),
  attention: ({ q, k, v }, options) =>
    kernels.attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, { lengths: lengthsOf(options) }),
};

for (const [index, example] of (golden.cases as unknown as Case[]).entries()) {
  const { call, inputs, options, output, probe, gradients } = example;
  const variant = options.activation ??
    (options.reverse ? "reverse" : Object.keys(inputs).slice(0, 6).join(" "));
  Deno.test(`${call} equals PyTorch ${golden.torch} forward and backward (${index}: ${variant})`, async () => {
    const names = Object.keys(inputs);
    const ours = await valueAndGradients(Object.values(inputs), {
      run: (...tensors) =>
        CALLS[call](Object.fromEntries(names.map((name, i) => [name, tensors[i]])), options),
      probe,
    });
    assert.ok(relativeError(ours.output, output.values) < FORWARD, "output");
    names.forEach((name, i) =>
      assert.ok(relativeError(ours.gradients[i], gradients[name].values) < GRADIENT, `gradient of ${name}`)
    );
  });
}

Deno.test(`adamw and clipGlobalNorm equal PyTorch ${golden.torch} over five steps`, async () => {
  const { start, gradients, end, norms } = golden.adamw;
  const variable = tf.variable(toTensor(start));
  const optimiser = kernels.createAdamW(new Map([["w", variable]]), { beta2: 0.99, weightDecay: 0.1 });
  norms.forEach((expected, step) => {
    const gradient = tf.tensor1d(gradients.values.slice(step * 6, step * 6 + 6));
    const clipped = kernels.clipGlobalNorm(new Map([["w", gradient]]), 1.5);
    assert.ok(Math.abs(clipped.norm / expected - 1) < FORWARD);
    optimiser.step(clipped.gradients, 0.05);
    tf.dispose([...clipped.gradients.values()]);
  });
  assert.ok(relativeError(await variable.data(), end.values) < FORWARD);
  optimiser.dispose();
  variable.dispose();
});
