import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import type { StoredTensor } from "../../../lib/data/tensors/mod.ts";
import {
  disposeParams,
  flattenParams,
  isLearnt,
  loadParams,
  normaliseAdjacency,
  storeParams,
} from "../../../lib/nn/mod.ts";
import { createRng, startBackend } from "../../../lib/runtime/mod.ts";
import { gearsChange, type GearsRows } from "../../../lib/experiments/perturb/gears/network.ts";
import { gearsLoss } from "../../../lib/experiments/perturb/gears/loss.ts";
import { type GearsParams, initGears } from "../../../lib/experiments/perturb/gears/params.ts";
import golden from "../../fixtures/perturb/gears_oracle.json" with { type: "json" };
import { assertClose } from "../../close.ts";

await startBackend();

type Case = typeof golden.cases[number];
const { size, cells } = golden;
const names = cells.map(String);
/** Equal cells of the batch are computed once. */
const distinct = [...new Set(names)];
const first = distinct.map((name) => names.indexOf(name));

const record = <T>(value: object) => Object.entries(value) as [string, T][];
const packed = (value: object) => record<{ shape: number[]; values: number[] }>(value);

/** float32 against float64 over a dozen layers, of which batch norms over nine cells divide by small spreads. */
const FORWARD = 1e-5;
const GRADIENT = 1e-4;
/** Biases before a batch norm have the gradient 0, which comes out as the rounding of sums of up to 600. */
const UNIT = 1;

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance: number, what = "") {
  assertClose(actual, expected, tolerance * Math.max(UNIT, ...expected.map(Math.abs)), what);
}

function paramsOf({ weights, vectors, coexpression }: Case): GearsParams {
  const width = vectors ? size.width : undefined;
  const params = initGears(createRng(0), { ...size, vectors: width, coexpression });
  const stored = packed(weights).map(([name, { shape, values }]): [string, StoredTensor] => [
    name,
    { dtype: "F32", shape, data: Float32Array.from(values) },
  ]);
  loadParams(params, new Map(stored), "the oracle's weights");
  return params;
}

/** Call it within tf.tidy. */
function rowsOf({ vectors }: Case): GearsRows {
  const perturbed = new Float32Array(distinct.length * size.nodes);
  first.forEach((cell, row) => cells[cell].forEach((node) => perturbed[row * size.nodes + node] = 1));
  const counts = Float32Array.from(distinct, (name) => names.filter((other) => other === name).length);
  if (!vectors) return { perturbed, counts };
  const all = tf.tensor3d(vectors.values, vectors.shape as [number, number, number]);
  return { perturbed, counts, vectors: tf.transpose(tf.gather(all, first), [1, 0, 2]) };
}

function predict(params: GearsParams, example: Case, training?: { rng: ReturnType<typeof createRng> }) {
  const graphs = {
    coexpression: tf.tensor2d(normaliseAdjacency(example.coexpressionEdges, size.genes), [
      size.genes,
      size.genes,
    ]),
    go: tf.tensor2d(normaliseAdjacency(example.goEdges, size.nodes), [size.nodes, size.nodes]),
  };
  const change = gearsChange(params, rowsOf(example), { graphs, training });
  const pick = tf.cast(tf.oneHot(names.map((name) => distinct.indexOf(name)), distinct.length), "float32");
  return tf.add(tf.matMul(pick as tf.Tensor2D, change), table(example.control)) as tf.Tensor2D;
}

const table = ({ shape, values }: { shape: number[]; values: number[] }) =>
  tf.tensor2d(values, shape as [number, number]);

/** 1 / (conditions x cells of the condition x scored genes). */
function weightsOf({ scored }: Case): tf.Tensor2D {
  return tf.tensor2d(scored.map((genes, cell) => {
    const many = distinct.length * names.filter((name) => name === names[cell]).length;
    return genes.map((one) => one / (many * genes.reduce((sum, other) => sum + other, 0)));
  }));
}

function lossOf(params: GearsParams, example: Case, asPublished: boolean) {
  const predicted = predict(params, example, { rng: createRng(0) });
  const reference = tf.tile(tf.tensor2d([example.reference.values]), [cells.length, 1]) as tf.Tensor2D;
  const outcome = { predicted, truth: table(example.truth), reference, weights: weightsOf(example) };
  return gearsLoss(outcome, { lambda: golden.lambda, asPublished });
}

for (const example of golden.cases) {
  const title = `equals plain torch ${golden.torch} with ${example.name}`;

  Deno.test(`gearsChange ${title}, in training and afterwards in evaluation`, () => {
    const params = paramsOf(example);
    const training = { rng: createRng(0) };
    close(
      tf.tidy(() => predict(params, example, training).dataSync()),
      example.predicted.values,
      FORWARD,
    );
    const stored = storeParams(params);
    for (const [name, { values }] of packed(example.statistics)) {
      close(stored.get(name)!.data as Float32Array, values, FORWARD, name);
    }
    close(tf.tidy(() => predict(params, example).dataSync()), example.evaluated.values, FORWARD);
    disposeParams(params);
  });

  Deno.test(`gearsLoss with its gradients ${title}`, () => {
    const params = paramsOf(example);
    const published = tf.tidy(() => lossOf(params, example, true).total.dataSync()[0]);
    close([published], [example.publishedLoss], FORWARD);
    const learnt = new Map([...flattenParams(params)].filter(([name]) => isLearnt(name)));
    assert.deepEqual([...learnt.keys()].sort(), Object.keys(example.gradients).sort());
    const { value, grads } = tf.variableGrads(() => lossOf(params, example, false).total, [
      ...learnt.values(),
    ]);
    close(value.dataSync(), [example.loss], FORWARD);
    for (const [name, { values }] of packed(example.gradients)) {
      close(grads[learnt.get(name)!.name].dataSync(), values, GRADIENT, name);
    }
    tf.dispose([value, ...Object.values(grads)]);
    disposeParams(params);
  });
}

Deno.test("gearsLoss by the sign has no gradient of direction, the default has", () => {
  const [example] = golden.cases;
  const gradient = (asPublished: boolean) =>
    tf.tidy(() => {
      const [truth, weights] = [table(example.truth), weightsOf(example)];
      const score = (predicted: tf.Tensor) =>
        gearsLoss({ predicted: predicted as tf.Tensor2D, truth, reference: tf.zerosLike(truth), weights }, {
          asPublished,
        }).parts.direction;
      return tf.grad(score)(table(example.control)).dataSync();
    });
  assert.ok(gradient(true).every((entry) => entry === 0));
  assert.ok(gradient(false).some((entry) => Math.abs(entry) > 1e-5));
});
