import * as tf from "../../lib/tensor/mod.ts";
import { initLinear } from "../../lib/nn/mod.ts";
import { createRng, modelError } from "../../lib/runtime/mod.ts";
import type { Replica, TrainingOptions } from "../../lib/train/mod.ts";

/** Rows of a linear regression; `share` is their share of the whole batch, `fail` how a worker is made to fail. */
export interface Rows {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly share: number;
  readonly fail?: "user" | "bug";
}

/** What the workers of the tests build their model from. */
export interface LinearSetup {
  readonly seed: string;
  readonly outputs?: number;
  readonly refuse?: string;
}

/** A linear model whose loss is a mean over rows, with noise that must be the same in every worker. */
export function linearReplica({ seed, outputs = 1, refuse }: LinearSetup) {
  if (refuse) throw modelError(refuse);
  const params = initLinear(createRng(seed), { inputs: 3, outputs });
  const loss: TrainingOptions<Rows>["loss"] = ({ x, y, share, fail }, { rng }) => {
    if (fail === "user" && onWorker()) throw modelError("Cannot add these numbers: give others");
    if (fail === "bug" && onWorker()) throw new TypeError("undefined is not a matrix");
    const predicted = tf.add(
      tf.matMul(tf.tensor2d(x, [y.length, 3]), params.weight, false, true),
      params.bias!,
    );
    const errors = tf.squaredDifference(
      tf.add(predicted, 0.01 * rng.normal()),
      tf.tensor2d(y, [y.length, 1]),
    );
    const total = tf.mul<tf.Scalar>(tf.mean(errors), share);
    return { total, parts: { mse: total } };
  };
  const sum = () => params.weight.dataSync<"float32">().reduce((total, value) => total + value, 0);
  const jobs = { times: (input: unknown) => (input as number) * sum() };
  return { params, loss, jobs } satisfies Replica<Rows>;
}

const onWorker = () => "WorkerGlobalScope" in globalThis;

/** Up to `parts` parts of a batch. */
export function splitRows({ x, y, fail }: Rows, parts: number): Rows[] {
  const count = Math.min(parts, y.length);
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [i, i + 1].map((at) => Math.floor(at * y.length / count));
    return {
      x: x.slice(3 * from, 3 * to),
      y: y.slice(from, to),
      share: (to - from) / y.length,
      fail,
    };
  });
}

/** Drawn rows of y = 2 x0 - x1 + 0.5. */
export function drawRows(label: string, rows: number): Rows {
  const rng = createRng(label);
  const x = Float32Array.from({ length: 3 * rows }, () => rng.normal());
  const y = Float32Array.from({ length: rows }, (_, i) => 2 * x[3 * i] - x[3 * i + 1] + 0.5);
  return { x, y, share: 1 };
}
