import assert from "node:assert/strict";
import * as tf from "../../lib/tensor/mod.ts";
import { disposeParams, flattenParams } from "../../lib/nn/mod.ts";
import { KcellfmError, startBackend } from "../../lib/runtime/mod.ts";
import {
  mapShared,
  runTraining,
  startWorkers,
  type TrainingOptions,
  workersReducer,
} from "../../lib/train/mod.ts";
import { drawRows, linearReplica, type LinearSetup, type Rows, splitRows } from "./linear.ts";

await startBackend();

const SETUP: LinearSetup = { seed: "init" };
const entry = "tests/train/linear_worker.ts";

function start(count: number, setup: LinearSetup = SETUP) {
  const { params, loss } = linearReplica(SETUP);
  return { params, loss, workers: startWorkers({ entry, setup, count, params }) };
}

/** Batches of 5, 2 and 1 rows: fewer than the workers at times. */
const SIZES = [5, 2, 1, 7];

interface Trial {
  readonly count: number;
  readonly overrides?: Partial<TrainingOptions<Rows>>;
}

/** Trains with so many workers; answers the parameters and the losses. */
async function train({ count, overrides }: Trial) {
  const { params, loss, workers: starting } = start(count);
  const workers = await starting;
  try {
    const { log, stopped } = await runTraining<Rows>({
      params,
      loss,
      batches: (epoch) => SIZES.map((rows, i) => drawRows(`${epoch}/${i}`, rows)),
      reducer: count === 1 ? undefined : workersReducer(workers, splitRows),
      epochs: 4,
      schedule: { peak: 0.1, warmup: 2, total: 16 },
      seed: 5,
      ...overrides,
    });
    const values = [...flattenParams(params).values()].flatMap((variable) => [...variable.dataSync()]);
    return { values, stopped, losses: log.map(({ scores }) => scores.mse) };
  } finally {
    workers.close();
    disposeParams(params);
  }
}

Deno.test("workersReducer gives the numbers of one process with 3 workers, batches smaller than that included", async () => {
  const alone = await train({ count: 1 });
  const shared = await train({ count: 3 });
  for (const [i, value] of [...shared.values, ...shared.losses].entries()) {
    const expected = [...alone.values, ...alone.losses][i];
    // sums of at most 7 float32 terms in another order differ by a few 1e-7 a step, over 16 steps of Adam
    assert.ok(Math.abs(value - expected) < 1e-5 * Math.max(1, Math.abs(expected)), `${value} ${expected}`);
  }
});

Deno.test("runTraining with workers, aborted and started again, ends with the same parameters to the bit", async () => {
  const whole = await train({ count: 2 });
  const directory = await Deno.makeTempDir();
  const controller = new AbortController();
  const onStep = ({ step }: { step: number }) => void (step === 6 && controller.abort());
  const first = await train({ count: 2, overrides: { directory, onStep, signal: controller.signal } });
  assert.equal(first.stopped, "aborted");
  const second = await train({ count: 2, overrides: { directory } });
  assert.deepEqual(second.values, whole.values);
  assert.notDeepEqual(first.values, whole.values);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("workersReducer throws a worker's error once, keeps its tag and ends the others", async () => {
  for (const fail of ["user", "bug"] as const) {
    const { params, loss, workers: starting } = start(3);
    const workers = await starting;
    const tensors = tf.memory().numTensors;
    const training = runTraining<Rows>({
      params,
      loss,
      batches: () => [{ ...drawRows("a", 6), fail }],
      reducer: workersReducer(workers, splitRows),
      epochs: 1,
      schedule: { peak: 0.1, warmup: 1, total: 1 },
      seed: 1,
    });
    await assert.rejects(training, (error: Error) => {
      if (fail === "bug") {
        return /worker \d of 3 failed: TypeError: undefined is not a matrix/.test(error.message);
      }
      return error instanceof KcellfmError && error.tag === "model" &&
        /^Cannot add these numbers: give others \(in worker \d of 3\)$/.test(error.message);
    });
    for (const thread of workers.threads) {
      await assert.rejects(thread.ask({ kind: "job", job: "times", input: 1 }), /worker \d of 3|failed/);
    }
    assert.equal(tf.memory().numTensors, tensors, "gradients of this thread are freed");
    disposeParams(params);
  }
});

Deno.test("startWorkers says why a worker cannot start: its own error, another model, a module that does not load", async () => {
  const { params } = linearReplica(SETUP);
  const failing = (setup: LinearSetup, module = entry) =>
    startWorkers({ entry: module, setup, count: 2, params });
  await assert.rejects(
    failing({ ...SETUP, refuse: "Cannot do this" }),
    /^KcellfmError: Cannot do this \(in worker 2 of 2\)/,
  );
  await assert.rejects(
    failing({ ...SETUP, outputs: 2 }),
    /Cannot share parameters: 4 numbers were given, .* has 8/,
  );
  await assert.rejects(
    failing(SETUP, "tests/train/no_such_worker.ts"),
    /worker 2 of 2 failed: /,
  );
  disposeParams(params);
});

Deno.test("close ends a request that is under way", async () => {
  const { params, workers: starting } = start(2);
  const workers = await starting;
  const asked = workers.threads[0].ask({ kind: "job", job: "times", input: 1 });
  workers.close();
  await assert.rejects(asked, /worker 2 of 2 was closed/);
  disposeParams(params);
});

Deno.test("mapShared keeps the order of its items and takes no more of them than there are workers", async () => {
  const { params, workers: starting } = start(3);
  const workers = await starting;
  params.bias!.assign(tf.zeros([1]));
  params.weight.assign(tf.ones([1, 3]));
  workers.publish();
  let taken = 0;
  let given = 0;
  let most = 0;
  function* items() {
    for (let item = 0; item < 8; item++) {
      most = Math.max(most, ++taken - given);
      yield item;
    }
  }
  const own = (item: number) => 3 * item;
  const results: number[] = [];
  for await (const result of mapShared(items(), { workers, job: "times", own })) {
    results.push(result);
    given++;
  }
  workers.close();
  assert.deepEqual(results, [0, 3, 6, 9, 12, 15, 18, 21]);
  assert.ok(most <= 3, `${most} at once`);
  const alone = await Array.fromAsync(mapShared(items(), { workers: null, job: "times", own }));
  assert.deepEqual(alone, results);
  disposeParams(params);
});
