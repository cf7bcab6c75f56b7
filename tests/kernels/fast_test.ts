import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import * as kernels from "lib/kernels/mod.ts";
import { hasKernel } from "../../lib/kernels/core/dispatch.ts";
import { attentionReference } from "../../lib/kernels/attention/reference.ts";
import { batchNormReference } from "../../lib/kernels/batch-norm/reference.ts";
import { causalConvSiluReference } from "../../lib/kernels/causal-conv-silu/reference.ts";
import { embedReference } from "../../lib/kernels/embed/reference.ts";
import { layerNormReference } from "../../lib/kernels/layer-norm/reference.ts";
import { linearReference } from "../../lib/kernels/linear/reference.ts";
import { lengthMask } from "../../lib/kernels/core/mask.ts";
import { mamba2MixReference } from "../../lib/kernels/mamba2-mix/reference.ts";
import { gatedRmsNormReference, rmsNormReference } from "../../lib/kernels/rms-norm/reference.ts";
import { softmaxCrossEntropyReference } from "../../lib/kernels/softmax-cross-entropy/reference.ts";
import { ssdScanReference } from "../../lib/kernels/ssd-scan/reference.ts";
import { BACKEND, grid, onWasm } from "./backends.ts";
import { type Plain, randomPlain, relativeError, valueAndGradients } from "./helpers.ts";

/** Two float32 computations in different orders of summation, over at most a few thousand terms. */
const FORWARD = 1e-5;
const GRADIENT = 1e-4;
/** Inputs and probes are of size 1: an exact gradient of 0 may come out as the rounding of numbers of that size. */
const UNIT = 1;

type Form = (...inputs: tf.Tensor[]) => tf.Tensor;

/** The operator on the backend under test against its reference on wasm. */
async function assertSame(
  inputs: Plain[],
  { fast, reference }: { fast: Form; reference: Form },
): Promise<void> {
  const { probe, ...expected } = await onWasm(async () => {
    const shape = tf.tidy(() => reference(...inputs.map(({ shape }) => tf.zeros(shape))).shape);
    const probe = randomPlain(shape, "probe");
    return { probe, ...await valueAndGradients(inputs, { run: reference, probe }) };
  });
  const ours = await valueAndGradients(inputs, { run: fast, probe });
  assert.ok(relativeError(ours.output, expected.output) < FORWARD, "output");
  inputs.forEach((_, i) => {
    const error = relativeError(ours.gradients[i], expected.gradients[i], UNIT);
    assert.ok(error < GRADIENT, `gradient of input ${i}: ${error}`);
  });
}

const plains = (...shapes: number[][]): Plain[] => smallPlains(1, ...shapes);
const smallPlains = (deviation: number, ...shapes: number[][]): Plain[] =>
  shapes.map((shape, i) => randomPlain(shape, `${i}`, deviation));

/** Widths below, on and off the SIMD grid, rows below and off the register block, and a large one for BLAS. */
const ROWS_BY_WIDTH = grid([[3, 7], [13, 66], [1, 1], [1, 4], [70, 128]], 2);

Deno.test("fast forms are registered on backends that we wrote them for", async () => {
  await onWasm(() => Promise.resolve(assert.ok(hasKernel("KcfSsdScan"))));
  tf.registerBackend("bare", () => ({ dispose() {} }) as unknown as tf.KernelBackend);
  await tf.setBackend("bare");
  assert.ok(!hasKernel("KcfSsdScan"));
  await tf.setBackend(BACKEND);
});

for (const activation of ["none", "relu", "gelu", "silu", "leakyRelu"] as const) {
  Deno.test(`linear with ${activation} equals its reference`, async () => {
    for (const [rows, width] of ROWS_BY_WIDTH) {
      const outputs = 2 * width + 1;
      await assertSame(plains([2, rows, width], [outputs, width], [outputs]), {
        fast: (x, weight, bias) => kernels.linear(x, weight, { bias, activation }),
        reference: (x, weight, bias) => linearReference(x, weight, { bias, activation }),
      });
    }
  });
}

Deno.test("linear without bias equals its reference", async () => {
  await assertSame(plains([5, 9], [6, 9]), {
    fast: (x, weight) => kernels.linear(x, weight),
    reference: (x, weight) => linearReference(x, weight),
  });
});

Deno.test("norms equal their references", async () => {
  for (const [rows, width] of ROWS_BY_WIDTH.filter(([, width]) => width > 1)) {
    await assertSame(plains([rows, width], [width]), {
      fast: (x, weight) => kernels.rmsNorm(x, weight),
      reference: (x, weight) => rmsNormReference(x, weight),
    });
    await assertSame(plains([rows, width], [rows, width], [width]), {
      fast: (y, z, weight) => kernels.gatedRmsNorm(y, z, { weight }),
      reference: (y, z, weight) => gatedRmsNormReference(y, z, { weight }),
    });
    await assertSame(plains([rows, width]), {
      fast: (x) => kernels.layerNorm(x),
      reference: (x) => layerNormReference(x),
    });
    await assertSame(plains([rows, width], [width], [width]), {
      fast: (x, weight, bias) => kernels.layerNorm(x, { weight, bias }),
      reference: (x, weight, bias) => layerNormReference(x, { weight, bias }),
    });
  }
});

for (const activation of ["none", "relu"] as const) {
  Deno.test(`batchNorm with ${activation} equals its reference, with and without shares`, async () => {
    for (const [rows, width] of ROWS_BY_WIDTH.filter(([rows]) => rows > 1)) {
      const shares = () => tf.softmax(tf.linspace(-1, 2, rows)) as tf.Tensor1D;
      for (const weighed of [false, true]) {
        const options = (weight: tf.Tensor, bias: tf.Tensor) => (
          { weight, bias, shares: weighed ? shares() : undefined, activation }
        );
        await assertSame(plains([rows, width], [width], [width]), {
          fast: (x, weight, bias) => kernels.batchNorm(x as tf.Tensor2D, options(weight, bias)).out,
          reference: (x, weight, bias) => batchNormReference(x as tf.Tensor2D, options(weight, bias)).out,
        });
      }
    }
  });
}

const LENGTHS = grid([
  { lengths: [20, 0, 13], length: 20 },
  { lengths: [0, 0], length: 3 },
  { lengths: [1], length: 1 },
  { lengths: [130, 0, 77], length: 130 },
], 2);

/** Heads, width of a head, state width, positions a chunk. */
const SCANS = grid([[3, 5, 7, 9], [2, 32, 16, undefined], [3, 5, 7, 64], [1, 1, 1, 5]] as const, 2);

Deno.test("causalConvSilu equals its reference", async () => {
  for (const { lengths, length } of LENGTHS) {
    for (const [channels, taps, reverse] of [[1, 1, false], [7, 4, true], [32, 4, false]] as const) {
      const options = (weight: tf.Tensor, bias: tf.Tensor) => ({
        weight: weight as tf.Tensor2D,
        bias: bias as tf.Tensor1D,
        lengths: tf.tensor1d(lengths, "int32"),
        reverse,
      });
      await assertSame(plains([lengths.length, length, channels], [channels, taps], [channels]), {
        fast: (x, weight, bias) => kernels.causalConvSilu(x as tf.Tensor3D, options(weight, bias)),
        reference: (x, weight, bias) => causalConvSiluReference(x as tf.Tensor3D, options(weight, bias)),
      });
    }
  }
});

Deno.test("ssdScan equals its reference", async () => {
  for (const { lengths, length } of LENGTHS) {
    for (const [heads, width, state, chunk] of SCANS) {
      const rows = lengths.length;
      const named = ([x, u, v, b, c, d]: tf.Tensor[]) =>
        ({ x, dt: tf.softplus(u), a: tf.neg(tf.exp(v)), b, c, d }) as unknown as kernels.SsdInputs;
      for (const reverse of [false, true]) {
        const options = () => ({ lengths: tf.tensor1d(lengths, "int32"), reverse, chunk });
        const shapes = [[rows, length, heads, width], [rows, length, heads], [heads]];
        await assertSame(plains(...shapes, [rows, length, state], [rows, length, state], [heads]), {
          fast: (...tensors) => kernels.ssdScan(named(tensors), options()),
          reference: (...tensors) => ssdScanReference(named(tensors), options()),
        });
      }
    }
  }
});

const directionOf = ([convWeight, convBias, dtBias, aLog, d, norm]: tf.Tensor[]) =>
  ({ convWeight, convBias, dtBias, aLog, d, norm }) as unknown as kernels.MixDirection;
const directionsOf = (params: tf.Tensor[]) => ({
  forward: directionOf(params.slice(0, 6)),
  reverse: directionOf(params.slice(6)),
});
const directionShapes = (
  { channels, heads, features }: Record<"channels" | "heads" | "features", number>,
) => [[channels, 4], [channels], [heads], [heads], [heads], [features]];

Deno.test("mamba2Mix equals its reference", async () => {
  for (const { lengths, length } of LENGTHS) {
    for (const [heads, width, state, chunk] of SCANS) {
      const rows = lengths.length, features = heads * width, channels = features + 2 * state;
      const arguments_ = ([projected, ...params]: tf.Tensor[]) =>
        [
          projected as tf.Tensor3D,
          directionsOf(params),
          { lengths: tf.tensor1d(lengths, "int32"), chunk },
        ] as const;
      const direction = directionShapes({ channels, heads, features });
      // Halved, so that decays are of the size they have in a model: those of -200 a chunk lose a digit in float32.
      await assertSame(
        smallPlains(0.5, [rows, length, features + channels + heads], ...direction, ...direction),
        {
          fast: (...tensors) => kernels.mamba2Mix(...arguments_(tensors)),
          reference: (...tensors) => mamba2MixReference(...arguments_(tensors)),
        },
      );
    }
  }
});

Deno.test("mamba2Layer equals its projections and its mixer", async () => {
  for (const { lengths, length } of LENGTHS) {
    for (const [heads, width, state] of SCANS) {
      const rows = lengths.length, features = heads * width, channels = features + 2 * state, outer = 6;
      const optionsOf = (params: tf.Tensor[]) => ({
        directions: directionsOf(params),
        lengths: tf.tensor1d(lengths, "int32"),
      });
      const mask = () => tf.expandDims(lengthMask(tf.tensor1d(lengths, "int32"), length), 2);
      const direction = directionShapes({ channels, heads, features });
      const projections = [[features + channels + heads, outer], [outer, features]];
      await assertSame(smallPlains(0.5, [rows, length, outer], ...projections, ...direction, ...direction), {
        fast: (x, inWeight, outWeight, ...params) =>
          kernels.mamba2Layer(x as tf.Tensor3D, {
            inWeight: inWeight as tf.Tensor2D,
            outWeight: outWeight as tf.Tensor2D,
            ...optionsOf(params),
          }),
        reference: (x, inWeight, outWeight, ...params) => {
          const { directions, lengths } = optionsOf(params);
          const projected = linearReference(x, inWeight) as tf.Tensor3D;
          const mixed = tf.mul(mamba2MixReference(projected, directions, { lengths }), mask());
          return linearReference(mixed, outWeight);
        },
      });
    }
  }
});

Deno.test("attention equals its reference", async () => {
  for (const { lengths, length } of LENGTHS) {
    const shape = [lengths.length, 2, length, 5];
    const options = () => ({ lengths: tf.tensor1d(lengths, "int32") });
    const four = (tensors: tf.Tensor[]) => tensors as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    await assertSame(plains(shape, shape, shape), {
      fast: (...tensors) => kernels.attention(...four(tensors), options()),
      reference: (...tensors) => {
        const [q, k, v] = four(tensors);
        return attentionReference({ q, k, v }, options());
      },
    });
  }
});

Deno.test("embed equals its reference, and refuses ids beyond the table", async () => {
  const ids = () => tf.tensor2d([[3, 0, 3], [1, 3, 1]], undefined, "int32");
  await assertSame(plains([4, 5]), {
    fast: (table) => kernels.embed(table as tf.Tensor2D, ids()),
    reference: (table) => embedReference(table as tf.Tensor2D, ids()),
  });
  for (const id of [-1, 4]) {
    const bad = tf.tensor1d([0, id], "int32");
    assert.throws(() => kernels.embed(tf.zeros([4, 2]), bad), {
      name: "RangeError",
      message: new RegExp(`id ${id}`),
    });
  }
});

Deno.test("softmaxCrossEntropy equals its reference, is 0 when no row counts, and refuses unknown classes", async () => {
  const classes = 9;
  for (const labels of [[2, -1, 8, 0], [-1, -1, -1, -1]]) {
    for (const weighted of [false, true]) {
      const weights = () => weighted ? tf.linspace(0.5, 2, classes) : undefined;
      const target = () => tf.tensor1d(labels, "int32");
      await assertSame(plains([4, classes]), {
        fast: (x) => kernels.softmaxCrossEntropy(x as tf.Tensor2D, target(), { weights: weights() }),
        reference: (x) => softmaxCrossEntropyReference(x as tf.Tensor2D, target(), { weights: weights() }),
      });
    }
  }
  const unknown = tf.tensor1d([9], "int32");
  assert.throws(() => kernels.softmaxCrossEntropy(tf.zeros([1, classes]), unknown), { name: "RangeError" });
});

Deno.test("operators refuse shapes that do not fit", () => {
  const expected = {
    name: "TypeError",
    message: /linear: weight is float32 \[4,5\], float32 \[4,3\] expected/,
  };
  assert.throws(() => kernels.linear(tf.zeros([2, 3]), tf.zeros([4, 5])), expected);
});
