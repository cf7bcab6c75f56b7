import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "../../lib/tensor/mod.ts";
import { disposeParams, flattenParams, initLinear } from "../../lib/nn/mod.ts";
import { backendError, createRng, startBackend } from "../../lib/runtime/mod.ts";
import { learningRate, runTraining, type TrainingOptions } from "../../lib/train/mod.ts";

await startBackend();

interface Batch {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Linear regression with noise in every step, so that a resumed run must draw the very same randomness. */
function problem(overrides: Partial<TrainingOptions<Batch>> = {}) {
  const params = initLinear(createRng("init"), { inputs: 3, outputs: 1 });
  const predict = (x: Float32Array) =>
    tf.add(tf.matMul(tf.tensor2d(x, [4, 3]), params.weight, false, true), params.bias!);
  const options: TrainingOptions<Batch> = {
    params,
    loss: ({ x, y }, { rng }) => {
      const noise = 0.01 * rng.normal();
      const total = tf.mean(
        tf.squaredDifference(tf.add(predict(x), noise), tf.tensor2d(y, [4, 1])),
      ) as tf.Scalar;
      return { total, parts: { mse: total } };
    },
    batches: (epoch) => Array.from({ length: 7 }, (_, i) => draw(`${epoch}/${i}`)),
    validate: () => {
      const { x, y } = draw("validation");
      return {
        mse: tf.tidy(() => tf.mean(tf.squaredDifference(predict(x), tf.tensor2d(y, [4, 1]))).dataSync()[0]),
      };
    },
    monitor: { score: "mse", better: "lower" },
    epochs: 6,
    schedule: { peak: 0.1, warmup: 2, total: 42 },
    seed: 5,
    ...overrides,
  };
  return { params, options };
}

function draw(label: string): Batch {
  const rng = createRng(label);
  const x = Float32Array.from({ length: 12 }, () => rng.normal());
  return { x, y: Float32Array.from({ length: 4 }, (_, i) => 2 * x[3 * i] - x[3 * i + 1] + 0.5) };
}

const valuesOf = (params: Parameters<typeof flattenParams>[0]) =>
  [...flattenParams(params).values()].map((variable) => [...variable.dataSync()]);

Deno.test("runTraining lowers the validation loss and keeps the best epoch", async () => {
  const { params, options } = problem();
  const result = await runTraining(options);
  const validation = result.log.filter((entry) => entry.kind === "validation").map((entry) =>
    entry.scores.mse
  );
  assert.equal(result.steps, 42);
  assert.equal(result.best.mse, Math.min(...validation));
  assert.ok(result.best.mse < 0.05 * validation[0] || result.best.mse < 0.01, `${validation}`);
  assert.equal((await options.validate!()).mse, result.best.mse);
  disposeParams(params);
});

Deno.test("runTraining keeps the saved state when the backend fails, names its step and goes on from it", async () => {
  const whole = problem();
  await runTraining(whole.options);
  const directory = await Deno.makeTempDir();
  const first = problem({ directory, saveEvery: 4 });
  let calls = 0;
  const loss: typeof first.options.loss = (...given) => {
    if (++calls > 10) throw backendError("Cannot compute on the GPU: the device was lost");
    return first.options.loss(...given);
  };
  await assert.rejects(runTraining({ ...first.options, loss }), {
    tag: "backend",
    message:
      `Cannot compute on the GPU: the device was lost; the same command goes on from step 8, saved in ${directory}`,
  });
  const second = problem({ directory, saveEvery: 4 });
  await runTraining(second.options);
  assert.deepEqual(valuesOf(second.params), valuesOf(whole.params));
  [whole, first, second].forEach(({ params }) => disposeParams(params));
  await Deno.remove(directory, { recursive: true });
});

Deno.test("runTraining, aborted at any step and started again, ends with the same parameters to the bit", async () => {
  const whole = problem();
  await runTraining(whole.options);
  for (const stopAt of [1, 7, 10, 25]) {
    const directory = await Deno.makeTempDir();
    const controller = new AbortController();
    const onStep = ({ step }: { step: number }) => step === stopAt && controller.abort();
    const first = problem({ directory, signal: controller.signal, onStep: (p) => void onStep(p) });
    assert.equal((await runTraining(first.options)).stopped, "aborted");
    const second = problem({ directory });
    const result = await runTraining(second.options);
    assert.deepEqual(valuesOf(second.params), valuesOf(whole.params), `stopped at ${stopAt}`);
    const lines = (await Deno.readTextFile(join(directory, "log.jsonl"))).trim().split("\n");
    assert.equal(lines.length, result.log.length);
    [first, second].forEach(({ params }) => disposeParams(params));
    await Deno.remove(directory, { recursive: true });
  }
  disposeParams(whole.params);
});

Deno.test("runTraining refuses to resume a run of other settings", async () => {
  const directory = await Deno.makeTempDir();
  const first = problem({ directory, epochs: 1 });
  await runTraining(first.options);
  const other = problem({ directory, epochs: 2 });
  await assert.rejects(runTraining(other.options), /other settings/);
  [first, other].forEach(({ params }) => disposeParams(params));
  await Deno.remove(directory, { recursive: true });
});

Deno.test("runTraining stops early when the score no longer improves", async () => {
  const { params, options } = problem({ epochs: 50, patience: 2, validate: () => ({ mse: 1 }) });
  const result = await runTraining(options);
  assert.equal(result.stopped, "early");
  assert.equal(result.bestEpoch, 0);
  assert.equal(result.log.filter((entry) => entry.kind === "validation").length, 3);
  disposeParams(params);
});

Deno.test("runTraining over each batch twice with accumulate 2 takes the steps of once", async () => {
  const noiseless: TrainingOptions<Batch>["loss"] = ({ x, y }) => {
    const [weight, bias] = [...flattenParams(current.params).values()];
    const predicted = tf.add(tf.matMul(tf.tensor2d(x, [4, 3]), weight as tf.Tensor2D, false, true), bias);
    return {
      total: tf.mean(tf.squaredDifference(predicted, tf.tensor2d(y, [4, 1]))) as tf.Scalar,
      parts: {},
    };
  };
  const once = problem({ loss: noiseless, epochs: 1 });
  let current = once;
  await runTraining(once.options);
  const twice = problem({
    loss: noiseless,
    epochs: 1,
    accumulate: 2,
    batches: (epoch) => [...once.options.batches(epoch) as Batch[]].flatMap((batch) => [batch, batch]),
  });
  current = twice;
  assert.equal((await runTraining(twice.options)).steps, 7);
  valuesOf(twice.params).flat().forEach((value, i) =>
    assert.ok(Math.abs(value - valuesOf(once.params).flat()[i]) < 1e-5) // halves and doubles round apart
  );
  [once, twice].forEach(({ params }) => disposeParams(params));
});

Deno.test("runTraining names the batch when the loss is not finite", async () => {
  const { params, options } = problem();
  const loss: typeof options.loss = (batch, training) => {
    const total = tf.mul(options.loss(batch, training).total, NaN) as tf.Scalar;
    return { total, parts: {} };
  };
  await assert.rejects(runTraining({ ...options, loss }), /not finite at epoch 0, batch 1/);
  const directory = await Deno.makeTempDir();
  await assert.rejects(
    runTraining({ ...options, loss, directory }),
    /batch 1 .*the batch is kept in .*not_finite\.json/,
  );
  const kept = JSON.parse(await Deno.readTextFile(join(directory, "not_finite.json")));
  const [first] = options.batches(0) as Batch[];
  assert.deepEqual([kept.place, kept.scores], [{ seed: 5, epoch: 0, batch: 1 }, { loss: "NaN" }]);
  assert.deepEqual(kept.batch.x, { array: "Float32Array", values: [...first.x] });
  await Deno.remove(directory, { recursive: true });
  disposeParams(params);
});

Deno.test("runTraining leaves no tensors behind", async () => {
  const { params, options } = problem();
  await runTraining(options);
  const before = tf.memory().numTensors;
  await runTraining({ ...options, epochs: 14 }); // 98 steps
  assert.equal(tf.memory().numTensors, before);
  disposeParams(params);
});

Deno.test("learningRate rises to its peak, then falls to its floor", () => {
  const schedule = { peak: 1, warmup: 10, total: 110, floor: 0.1 };
  assert.equal(learningRate(0, schedule), 0.1);
  assert.equal(learningRate(9, schedule), 1);
  assert.ok(Math.abs(learningRate(60, schedule) - 0.55) < 1e-12);
  assert.ok(Math.abs(learningRate(110, schedule) - 0.1) < 1e-12);
});

Deno.test("learningRate by steps is multiplied by its factor after every so many", () => {
  const schedule = { peak: 0.8, every: 3, factor: 0.5 };
  assert.deepEqual([0, 2, 3, 5, 6].map((step) => learningRate(step, schedule)), [0.8, 0.8, 0.4, 0.4, 0.2]);
});
