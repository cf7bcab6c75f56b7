import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import { causalConvSilu, type SsdInputs, ssdScan } from "../../lib/kernels/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import { grid } from "./backends.ts";
import { type Plain, randomPlain, relativeError, toTensor, valueAndGradients } from "./helpers.ts";
import { centralDifferences, naiveConv, naiveScan, type ScanCase } from "./twins.ts";

/** float32 sums of a few hundred terms against float64. */
const FORWARD = 1e-5;
/** The same for gradients, plus the 1e-8 truncation of a central difference with step 1e-4. */
const GRADIENT = 1e-4;

interface Size {
  readonly lengths: number[];
  readonly length: number;
  readonly heads: number;
  readonly width: number;
  readonly states: number;
  readonly chunk: number;
}

/** Length 1, batch 1, ragged chunks, all-padded rows, widths off the SIMD grid, and the model's own widths. */
const RAGGED: Size = { lengths: [37, 50], length: 50, heads: 2, width: 16, states: 8, chunk: 16 };
const SIZES: Size[] = [
  { lengths: [7, 0, 3], length: 9, heads: 3, width: 5, states: 6, chunk: 4 },
  RAGGED,
  { lengths: [1], length: 1, heads: 1, width: 1, states: 1, chunk: 64 },
  { lengths: [5], length: 5, heads: 2, width: 4, states: 4, chunk: 2 },
  { lengths: [0], length: 4, heads: 1, width: 4, states: 8, chunk: 4 },
  { lengths: [70, 33], length: 70, heads: 2, width: 64, states: 64, chunk: 32 },
];

const NAMES = ["x", "dt", "a", "b", "c", "d"] as const;

function scanInputs({ lengths, length, heads, width, states }: Size): Plain[] {
  const batch = lengths.length;
  const positive = (plain: Plain) => ({
    ...plain,
    values: Float32Array.from(plain.values, (v) => Math.log1p(Math.exp(v))),
  });
  return [
    randomPlain([batch, length, heads, width], "x"),
    positive(randomPlain([batch, length, heads], "dt")),
    { shape: [heads], values: Float32Array.from(randomPlain([heads], "a").values, (v) => -Math.exp(v / 2)) },
    randomPlain([batch, length, states], "b"),
    randomPlain([batch, length, states], "c"),
    randomPlain([heads], "d"),
  ];
}

const named = <T>(values: T[]) => Object.fromEntries(NAMES.map((name, i) => [name, values[i]]));

function someEntries(inputs: Plain[]): number[][] {
  const rng = createRng("entries");
  return inputs.map(({ values }) =>
    Array.from({ length: Math.min(4, values.length) }, () => rng.int(values.length))
  );
}

function assertDifferences(actual: Float32Array[], expected: number[][], entries: number[][]): void {
  const flat = entries.map((chosen, leaf) => chosen.map((entry) => actual[leaf][entry]));
  flat.forEach((gradient, leaf) => {
    const scale = Math.max(...actual[leaf].map(Math.abs), 1e-3);
    gradient.forEach((value, i) =>
      assert.ok(
        Math.abs(value - expected[leaf][i]) < GRADIENT * scale,
        `input ${leaf}: ${value} ${expected[leaf][i]}`,
      )
    );
  });
}

for (const size of grid(SIZES, 2)) {
  for (const reverse of [false, true]) {
    const title = `${size.lengths} of ${size.length}, ${size.heads}x${size.width}, state ${size.states}${
      reverse ? ", reverse" : ""
    }`;
    Deno.test(`ssdScan equals the naive recurrence and its central differences (${title})`, async () => {
      const inputs = scanInputs(size);
      const probe = randomPlain(inputs[0].shape, "probe");
      const ours = await valueAndGradients(inputs, {
        run: (...tensors) =>
          ssdScan(named(tensors) as unknown as SsdInputs, {
            lengths: tf.tensor1d(size.lengths, "int32"),
            reverse,
            chunk: size.chunk,
          }),
        probe,
      });
      const run = (leaves: Plain[]) =>
        naiveScan({ inputs: named(leaves) as ScanCase["inputs"], lengths: size.lengths, reverse });
      const entries = someEntries(inputs);
      assert.ok(relativeError(ours.output, run(inputs)) < FORWARD);
      assertDifferences(ours.gradients, centralDifferences(inputs, { run, probe, entries }), entries);
    });
  }
}

for (const { lengths, length, width } of grid(SIZES, 2)) {
  for (const reverse of [false, true]) {
    Deno.test(`causalConvSilu equals its definition (${lengths} of ${length}, ${width}${reverse ? ", reverse" : ""})`, async () => {
      const inputs = [
        randomPlain([lengths.length, length, width], "x"),
        randomPlain([width, 4], "weight"),
        randomPlain([width], "bias"),
      ];
      const probe = randomPlain(inputs[0].shape, "probe");
      const ours = await valueAndGradients(inputs, {
        run: (x, weight, bias) =>
          causalConvSilu(x as tf.Tensor3D, {
            weight: weight as tf.Tensor2D,
            bias: bias as tf.Tensor1D,
            lengths: tf.tensor1d(lengths, "int32"),
            reverse,
          }),
        probe,
      });
      const run = ([x, weight, bias]: Plain[]) => naiveConv({ x, weight, bias }, { lengths, reverse });
      const entries = someEntries(inputs);
      assert.ok(relativeError(ours.output, run(inputs)) < FORWARD);
      assertDifferences(ours.gradients, centralDifferences(inputs, { run, probe, entries }), entries);
    });
  }
}

Deno.test("ssdScan gives the same numbers for every chunk size", async () => {
  const scan = async (chunk: number) => {
    const y = tf.tidy(() => {
      const tensors = scanInputs(RAGGED).map(toTensor);
      const lengths = tf.tensor1d(RAGGED.lengths, "int32");
      return ssdScan(named(tensors) as unknown as SsdInputs, { lengths, chunk });
    });
    return await y.data();
  };
  const whole = await scan(RAGGED.length);
  for (const chunk of [1, 7, 16, 64]) {
    assert.ok(relativeError(await scan(chunk), whole) < FORWARD, `chunk ${chunk}`);
  }
});
