import { describeEngine, setThreads } from "../lib/kernels/mod.ts";
import type { BenchRow } from "../lib/metrics/mod.ts";
import { startBackend } from "../lib/runtime/mod.ts";
import { bertCases } from "./bert_cases.ts";
import type { CaseEntry } from "./case.ts";
import { ceilingEntry, copyRate } from "./ceiling.ts";
import { cellCases } from "./cell_cases.ts";
import { operatorCases } from "./operator_cases.ts";
import { describeRow, plainRow, type RunContext, toRow } from "./rows.ts";
import { SCALES } from "./scales.ts";
import { buildRivals, clock, median, timeCase, type TimingOptions } from "./timing.ts";
import { openFeeding } from "./tokenize.ts";
import { startTwin } from "./twin.ts";

/** How long each case is measured. */
export interface Effort {
  /** Samples of each side. */
  readonly repeats: number;
  /** A sample of a short case is the mean of as many runs as fill this time. */
  readonly sampleMs: number;
}

/** What is measured. */
export interface Plan {
  readonly effort: Effort;
  /** Only cases whose "name (scale)" holds this text. */
  readonly only?: string;
  /** Threads of PyTorch and of a native BLAS. */
  readonly threads: number;
  /** Workers of the data-parallel training step. */
  readonly workers: number;
  /** The Python of the twin. */
  readonly python: string;
  readonly backend?: string;
}

/** Times every case of the plan, each row printed as it comes. */
export async function measure(
  { effort, only, threads, workers, python, backend }: Plan,
): Promise<BenchRow[]> {
  const { name } = await startBackend(backend);
  const { blas, relaxedSimd } = describeEngine();
  setThreads(threads);
  const twin = await startTwin(python, { threads });
  const torch = twin?.version ?? null;
  console.log(
    `backend ${name}, BLAS ${blas}, relaxed SIMD ${relaxedSimd}, PyTorch ${torch}, ${threads} threads`,
  );
  const timing: TimingOptions = { ...effort, twin };
  const wanted = (entry: { name: string; scale: string }) =>
    `${entry.name} (${entry.scale})`.includes(only ?? "");
  const rows: BenchRow[] = [];
  const add = (row: BenchRow) => {
    console.log(describeRow(row));
    rows.push(row);
  };
  let context: RunContext = { backend: name, blas, relaxedSimd, threads, torch, ceiling: null };
  try {
    add(await copyRow(context, effort));
    const ceiling = await measureEntry(ceilingEntry, context, timing);
    add({ ...ceiling, of_ceiling: 1 });
    context = { ...context, ceiling: ceiling.gflops ?? null };
    for (const entry of entries(workers)) {
      if (wanted(entry)) add(await measureEntry(entry, context, timing));
    }
    if (wanted(FEEDING)) add(await feedingRow(context, { rows, effort }));
  } finally {
    await twin?.close();
  }
  return rows;
}

function* entries(workers: number): Generator<CaseEntry> {
  for (const scale of SCALES) yield* cellCases(scale, workers);
  yield* bertCases();
  for (const scale of SCALES) yield* operatorCases(scale);
}

async function measureEntry(entry: CaseEntry, context: RunContext, timing: TimingOptions): Promise<BenchRow> {
  const one = await entry.create();
  try {
    const rivals = await buildRivals(one, entry.name, timing.twin);
    const samples = await timeCase(one, { ...timing, rivals });
    return toRow(entry, samples, { ...context, work: one.work, rivals, load: Deno.loadavg()[0] });
  } finally {
    one.dispose();
  }
}

async function copyRow(context: RunContext, { repeats }: Effort): Promise<BenchRow> {
  const { bytes, bytesPerSecond } = await copyRate(repeats);
  const row = plainRow({ name: "memory copy", scale: "128 MiB" }, bytes / bytesPerSecond * 1000, context);
  return { ...row, gbytes_per_second: bytesPerSecond / 1e9 };
}

const FEEDING = { name: "tokenize", scale: "walkthrough" };

/** Cells a second from the file to a batch, beside those of the training step when it was timed too. */
async function feedingRow(
  context: RunContext,
  { rows, effort }: { rows: readonly BenchRow[]; effort: Effort },
): Promise<BenchRow> {
  const feeding = await openFeeding();
  const times: number[] = [];
  for (let i = 0; i < Math.min(3, effort.repeats); i++) times.push(await clock(feeding.run, 1));
  feeding.close();
  const rate = feeding.cells / median(times) * 1000;
  const step = rows.find(({ name, scale }) => name === "cell step" && scale === FEEDING.scale);
  return {
    ...plainRow(FEEDING, median(times), context),
    shape: feeding.shape,
    cells_per_second: rate,
    ...(step?.cells_per_second ? { times_model: rate / step.cells_per_second } : {}),
  };
}
