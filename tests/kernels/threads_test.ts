import * as tf from "../../lib/tensor/mod.ts";
import assert from "node:assert/strict";
import * as kernels from "../../lib/kernels/mod.ts";
import { doJob, type Job, readJob, writeJob } from "../../lib/kernels/wasm/job.ts";
import { withSharedMemory } from "../../lib/kernels/wasm/shared_memory.ts";
import { wantedThreads } from "../../lib/kernels/wasm/threads.ts";
import type { KernelExports } from "../../lib/kernels/wasm/exports.ts";
import { engineOf } from "../../lib/kernels/wasm/register.ts";
import { BACKEND } from "./backends.ts";
import { type Plain, randomPlain, toTensor, valueAndGradients } from "./helpers.ts";

const plains = (...shapes: number[][]): Plain[] =>
  shapes.map((shape, i) => randomPlain(shape, `threads ${i}`));
const lengths = () => tf.tensor1d([130, 0, 77, 64, 1], "int32");

/** The parameters of one direction of a mixer with F features in H heads, state width N. */
const direction = ([convWeight, convBias, dtBias, aLog, d, norm]: tf.Tensor[]) =>
  ({ convWeight, convBias, dtBias, aLog, d, norm }) as unknown as kernels.MixDirection;
const [F, H, N] = [32, 2, 8];
const DIRECTION = [[F + 2 * N, 4], [F + 2 * N], [H], [H], [H], [F]];

/** Every operator that threads share, at sizes that are cut into blocks; each of them has sums over rows. */
const CASES: Record<string, { inputs: Plain[]; run: (...inputs: tf.Tensor[]) => tf.Tensor }> = {
  mamba2Mix: {
    inputs: plains([5, 130, 2 * F + 2 * N + H], ...DIRECTION, ...DIRECTION),
    run: (projected, ...params) =>
      kernels.mamba2Mix(
        projected as tf.Tensor3D,
        { forward: direction(params.slice(0, 6)), reverse: direction(params.slice(6)) },
        { lengths: lengths() },
      ),
  },
  mamba2Layer: {
    inputs: plains([5, 130, 6], [2 * F + 2 * N + H, 6], [6, F], ...DIRECTION, ...DIRECTION),
    run: (x, inWeight, outWeight, ...params) =>
      kernels.mamba2Layer(x as tf.Tensor3D, {
        inWeight: inWeight as tf.Tensor2D,
        outWeight: outWeight as tf.Tensor2D,
        directions: { forward: direction(params.slice(0, 6)), reverse: direction(params.slice(6)) },
        lengths: lengths(),
      }),
  },
  ssdScan: {
    inputs: plains([5, 130, 2, 16], [5, 130, 2], [2], [5, 130, 8], [5, 130, 8], [2]),
    run: (x, dt, a, b, c, d) => {
      const inputs = {
        x,
        dt: tf.softplus(dt),
        a: tf.neg(tf.exp(a)),
        b,
        c,
        d,
      } as unknown as kernels.SsdInputs;
      return kernels.ssdScan(inputs, { lengths: lengths() });
    },
  },
  causalConvSilu: {
    inputs: plains([5, 130, 36], [36, 4], [36]),
    run: (x, weight, bias) =>
      kernels.causalConvSilu(
        x as tf.Tensor3D,
        { weight, bias, lengths: lengths() } as kernels.CausalConvOptions,
      ),
  },
  "linear, rows": {
    inputs: plains([1030, 70], [66, 70], [66]),
    run: (x, weight, bias) => kernels.linear(x, weight, { bias, activation: "relu" }),
  },
  "linear, depth": {
    inputs: plains([5000, 30], [40, 30], [40]),
    run: (x, weight, bias) => kernels.linear(x, weight, { bias, activation: "gelu" }),
  },
  "matMul of a batch": {
    inputs: plains([40, 70, 33], [40, 33, 65]),
    run: (a, b) => tf.matMul(a, b),
  },
  layerNorm: {
    inputs: plains([700, 66], [66], [66]),
    run: (x, weight, bias) => kernels.layerNorm(x, { weight, bias }),
  },
  gatedRmsNorm: {
    inputs: plains([700, 66], [700, 66], [66]),
    run: (y, z, weight) => kernels.gatedRmsNorm(y, z, { weight }),
  },
  softmaxCrossEntropy: {
    inputs: plains([900, 50]),
    run: (logits) =>
      kernels.softmaxCrossEntropy(
        logits as tf.Tensor2D,
        tf.tensor1d(Array.from({ length: 900 }, (_, i) => i % 50), "int32"),
      ),
  },
  attention: {
    inputs: plains([40, 3, 48, 32], [40, 3, 48, 32], [40, 3, 48, 32]),
    run: (q, k, v) =>
      kernels.attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, {
        lengths: tf.fill([40], 31, "int32"),
      }),
  },
  embed: {
    inputs: plains([3000, 40]),
    run: (table) => kernels.embed(table as tf.Tensor2D, tf.range(0, 900, 1, "int32")),
  },
  dropout: { inputs: plains([700, 66]), run: (x) => kernels.dropout(x, { rate: 0.2, seed: 3 }) },
};

/** Gives the helpers work until one of them is ready. */
async function waitForHelpers(): Promise<void> {
  const { crew } = engineOf(tf.backend());
  while (crew.ready() < 2) {
    tf.tidy(() => kernels.layerNorm(tf.ones([700, 66])));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What an operator gives on that many threads. */
async function onThreads(threads: number, { inputs, run }: typeof CASES[string]) {
  const before = kernels.setThreads(threads);
  try {
    const probe = randomPlain(tf.tidy(() => run(...inputs.map(toTensor)).shape), "probe");
    if (threads > 1) await waitForHelpers();
    return await valueAndGradients(inputs, { run, probe });
  } finally {
    kernels.setThreads(before!);
  }
}

for (const [name, operator] of Object.entries(CASES)) {
  Deno.test(`${name} gives the same bits whatever the number of threads`, {
    ignore: BACKEND !== "wasm",
  }, async () => {
    const alone = await onThreads(1, operator);
    const together = await onThreads(2, operator);
    assert.deepEqual(together.output, alone.output);
    assert.deepEqual(together.gradients, alone.gradients);
  });
}

Deno.test("describeEngine says how many threads share an operator", { ignore: BACKEND !== "wasm" }, () => {
  assert.equal(kernels.describeEngine().threads, wantedThreads());
});

Deno.test("wantedThreads takes KCELLFM_THREADS, and says what it must be", () => {
  assert.equal(wantedThreads("3"), 3);
  assert.equal(wantedThreads("1000"), 16);
  for (const wrong of ["0", "-1", "1.5", "two"]) {
    assert.throws(() => wantedThreads(wrong), { tag: "usage", message: /KCELLFM_THREADS=.*from 1 on/ });
  }
});

Deno.test("a job that is written down is the job that is read", () => {
  const job: Job = {
    setup: [["clear", 8, 4], ["describeConv", 1, 2, 3, 4, 5, 6, 7, 8]],
    work: ["sumRows", 16, { from: 4096, perBlock: 64 }, { from: 2 ** 32 - 8, perThread: 128 }],
    rows: 100,
    blocks: 7,
  };
  const calls = (job: Job) => {
    const made: unknown[] = [];
    const note = (name: string) => (...args: number[]) => made.push([name, ...args]);
    const names = ["clear", "describeConv", "sumRows"];
    const run = Object.fromEntries(names.map((name) => [name, note(name)])) as unknown as KernelExports;
    let block = 0;
    doJob(run, job, { thread: 2, next: () => block++ });
    return made;
  };
  const names = ["clear", "describeConv", "sumRows"];
  const numbers = new Float64Array(200);
  writeJob(job, names, numbers);
  assert.deepEqual(calls(readJob(numbers, names)), calls(job));
  assert.equal(calls(job).length, 2 + 7);
  assert.deepEqual(calls(job)[2], ["sumRows", 0, 14, 16, 4096, 2 ** 32 - 8 + 256]);
});

Deno.test("withSharedMemory changes the flag of a module's memory and nothing else", async () => {
  const path = new URL("../../lib/kernels/assembly/kernels.wasm", import.meta.url);
  const module = await Deno.readFile(path);
  const shared = withSharedMemory(module);
  assert.deepEqual([...shared].filter((byte, i) => byte !== module[i]), [3]);
  assert.ok(WebAssembly.validate(shared));
  const memory = { initial: 1, maximum: 65536 };
  const imports = (shared: boolean) =>
    ({
      env: { memory: new WebAssembly.Memory({ ...memory, shared }) },
      host: { gemm() {}, log() {} },
    }) as unknown as WebAssembly.Imports;
  await WebAssembly.instantiate(shared, imports(true));
  await assert.rejects(WebAssembly.instantiate(shared, imports(false)), /shared/);
  const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  assert.throws(() => withSharedMemory(empty), { name: "TypeError", message: /no maximum/ });
});
