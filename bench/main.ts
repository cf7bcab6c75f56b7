import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { createCommand, integer, runCommand } from "../lib/cli/mod.ts";
import { describeEngine, matMul } from "../lib/kernels/mod.ts";
import type { BenchRow } from "../lib/metrics/mod.ts";
import { resultsDir, startBackend, writeFileAtomically } from "../lib/runtime/mod.ts";
import { buildStack, PAPER, type StackSize, WALKTHROUGH } from "./stack.ts";
import { type Request, startTwin, type Twin } from "./twin.ts";

/** `deno task bench`: our time beside PyTorch's for the same work, in turns, so that both meet the same machine. */
const command = createCommand("bench", "Times the engine beside a PyTorch twin.", {
  out: "file of the rows (default: data/results/bench.json)",
})
  .option("--repeats <n>", "timed repeats of each case", integer({ min: 1 }), 7)
  .option("--python <path>", "the Python that has torch (default: KCELLFM_PYTHON, then python3)")
  .action(async ({ repeats, python, backend, out }) => {
    const { name } = await startBackend(backend);
    const blas = describeEngine().blas;
    const twin = await startTwin(python);
    console.log(`backend ${name}, BLAS ${blas}, PyTorch ${twin?.version ?? "not there"}, ${repeats} repeats`);
    const rows: BenchRow[] = [];
    for (const example of examples()) {
      const times = await timeExample(example, { twin, repeats });
      const row = toRow(example, times, { backend: name, blas });
      console.log(report(row, example));
      rows.push(row);
    }
    await twin?.close();
    await Deno.mkdir(resultsDir(), { recursive: true });
    await writeFileAtomically(out ?? join(resultsDir(), "bench.json"), `${JSON.stringify(rows, null, 2)}\n`);
  });

/** One thing to time on both sides. */
interface Example {
  readonly name: Request["case"];
  readonly scale: string;
  readonly size: Request["size"];
  /** Floating-point operations of one run, where that is the point. */
  readonly operations?: number;
  /** Cells of one run. */
  readonly cells?: number;
  run(): void;
  dispose(): void;
}

function* examples(): Generator<Example> {
  yield product(512);
  for (const [scale, size] of [["walkthrough", WALKTHROUGH], ["paper", PAPER]] as const) {
    yield* stackExamples(scale, size);
  }
}

function product(n: number): Example {
  const [a, b] = [1, 2].map((seed) => tf.randomNormal([n, n], 0, 1, "float32", seed));
  return {
    name: "matmul",
    scale: `${n}`,
    size: { n },
    operations: 2 * n ** 3,
    run: () => matMul(a, b).dispose(),
    dispose: () => tf.dispose([a, b]),
  };
}

function* stackExamples(scale: string, size: StackSize): Generator<Example> {
  const stack = buildStack(size);
  const common = { scale, size, cells: size.batch, dispose: () => {} };
  yield { ...common, name: "forward", run: stack.forward };
  yield { ...common, name: "step", run: stack.step };
  stack.dispose();
}

interface Times {
  readonly ours: number;
  readonly torch: number | null;
}

/** Medians over interleaved repeats, after one untimed run of each side. */
async function timeExample(
  { name, size, run, dispose }: Example,
  { twin, repeats }: { twin: Twin | null; repeats: number },
): Promise<Times> {
  run();
  await twin?.time({ case: name, size });
  const ours: number[] = [];
  const torch: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    run();
    ours.push(performance.now() - start);
    if (twin) torch.push(await twin.time({ case: name, size }));
  }
  dispose();
  return { ours: median(ours), torch: twin ? median(torch) : null };
}

function median(values: number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

function toRow(
  { name, scale }: Example,
  { ours, torch }: Times,
  { backend, blas }: { backend: string; blas: string },
): BenchRow {
  return {
    name,
    scale,
    backend,
    blas,
    ours_ms: ours,
    torch_ms: torch,
    ratio: torch === null ? null : torch / ours,
  };
}

function report({ name, scale, ours_ms, torch_ms, ratio }: BenchRow, { operations, cells }: Example): string {
  const rate = operations
    ? `${(operations / ours_ms / 1e6).toFixed(0)} GFLOP/s`
    : `${((cells ?? 0) / ours_ms * 1000).toFixed(1)} cells/s`;
  const beside = torch_ms === null || ratio === null
    ? ""
    : `, PyTorch ${torch_ms.toFixed(1)} ms, ${ratio.toFixed(2)} times as fast`;
  return `${name} (${scale}): ${ours_ms.toFixed(1)} ms, ${rate}${beside}`;
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
