import { join } from "node:path";
import { createCommand, integer, runCommand } from "../lib/cli/mod.ts";
import { describeEngine } from "../lib/kernels/mod.ts";
import { type BenchRow, readBench } from "../lib/metrics/mod.ts";
import { resultsDir, startBackend, writeFileAtomically } from "../lib/runtime/mod.ts";
import { bertCases } from "./bert_cases.ts";
import type { CaseEntry } from "./case.ts";
import { ceilingEntry, copyRate } from "./ceiling.ts";
import { cellCases } from "./cell_cases.ts";
import { operatorCases } from "./operator_cases.ts";
import { describeRow, mergeRows, rounded, type RunContext, toRow } from "./rows.ts";
import { SCALES } from "./scales.ts";
import { assertSameWork, timeCase, type TimingOptions } from "./timing.ts";
import { startTwin } from "./twin.ts";

/** How long a run of the bench measures. */
interface Effort {
  readonly repeats: number;
  readonly sampleMs: number;
}

const QUICK: Effort = { repeats: 2, sampleMs: 2 };
const SAMPLE_MS = 20;

/** `deno task bench`: our time beside PyTorch's for the same work, in turns, so that both meet the same machine. */
const command = createCommand("bench", "Times the engine beside a PyTorch twin.", {
  out: "file of the rows (default: data/results/bench.json)",
})
  .option("--repeats <n>", "samples of each case and side", integer({ min: 1 }), 7)
  .option("--quick", "two short samples: says that it runs, not how fast")
  .option("--only <text>", "only the cases whose name holds this text")
  .option("--threads <n>", "threads of PyTorch", integer({ min: 1 }), navigator.hardwareConcurrency)
  .option("--python <path>", "the Python that has torch (default: KCELLFM_PYTHON, then python3)")
  .action(async ({ repeats, quick, only, threads, python, backend, out }) => {
    const effort = quick ? QUICK : { repeats, sampleMs: SAMPLE_MS };
    const path = out ?? join(resultsDir(), "bench.json");
    const rows = await measure({ effort, only, threads, python, backend });
    await Deno.mkdir(resultsDir(), { recursive: true });
    const all = mergeRows(out ? [] : await readBench(), rows);
    await writeFileAtomically(path, `${JSON.stringify(all, null, 2)}\n`);
    console.log(`${rows.length} rows written to ${path}`);
  });

interface Plan {
  readonly effort: Effort;
  readonly only?: string;
  readonly threads: number;
  readonly python?: string;
  readonly backend?: string;
}

async function measure({ effort, only, threads, python, backend }: Plan): Promise<BenchRow[]> {
  const { name } = await startBackend(backend);
  const { blas, relaxedSimd } = describeEngine();
  const twin = await startTwin(python ?? Deno.env.get("KCELLFM_PYTHON") ?? "python3", threads);
  const torch = twin?.version ?? null;
  console.log(
    `backend ${name}, BLAS ${blas}, relaxed SIMD ${relaxedSimd}, PyTorch ${torch}, ${threads} threads`,
  );
  const shared = { backend: name, blas, relaxedSimd, threads, torch };
  const rows: BenchRow[] = [];
  const add = (row: BenchRow) => {
    console.log(describeRow(row));
    rows.push(row);
  };
  try {
    add(copyRow(shared, effort));
    const ceiling = await measureEntry(ceilingEntry, { ...shared, ceiling: null }, { ...effort, twin });
    add({ ...ceiling, of_ceiling: 1 });
    for (const entry of entries()) {
      if (only && !entry.name.includes(only)) continue;
      add(await measureEntry(entry, { ...shared, ceiling: ceiling.gflops ?? null }, { ...effort, twin }));
    }
  } finally {
    await twin?.close();
  }
  return rows;
}

function* entries(): Generator<CaseEntry> {
  for (const scale of SCALES) yield* cellCases(scale);
  yield* bertCases();
  for (const scale of SCALES) yield* operatorCases(scale);
}

async function measureEntry(entry: CaseEntry, context: RunContext, timing: TimingOptions): Promise<BenchRow> {
  const one = entry.create();
  try {
    await assertSameWork(one, entry.name, timing.twin);
    return toRow(entry, await timeCase(one, timing), { ...context, work: one.work });
  } finally {
    one.dispose();
  }
}

function copyRow({ backend, blas }: { backend: string; blas: string }, { repeats }: Effort): BenchRow {
  const bytesPerSecond = copyRate(repeats);
  const row = { name: "memory copy", scale: "128 MiB", backend, blas, torch_ms: null, ratio: null };
  return {
    ...row,
    ours_ms: rounded(2 ** 28 / bytesPerSecond * 1000),
    gbytes_per_second: rounded(bytesPerSecond / 1e9),
  };
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
