import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cellPreset } from "../lib/cell/mod.ts";
import { createCommand, integer, runCommand } from "../lib/cli/mod.ts";
import { type BenchRow, readBench } from "../lib/metrics/mod.ts";
import { dataError, resultsDir, writeFileAtomically } from "../lib/runtime/mod.ts";
import type { GpuAnswer, GpuRequest } from "./gpu_case.ts";
import { gpuRow, type Rates } from "./gpu_row.ts";
import { describeRow, mergeRows } from "./rows.ts";

const count = integer({ min: 1 });

/** `deno task bench:gpu`: inference and a training step of a cell model on the GPU, beside PyTorch on the same. */
export const command = createCommand(
  "bench:gpu",
  "Times the cell model on the GPU beside PyTorch on the same card.",
  {
    preset: "paper",
    out: "file of the rows (default: data/results/bench.json)",
  },
)
  .option("--batch <n>", "cells at once; halved where memory lacks", count, 64)
  .option("--length <n>", "tokens a cell (default: the preset's)", count)
  .option("--side <n>", "rows of the matrix product that tells the card's rate", count, 8192)
  .option("--repeats <n>", "samples of each side", count, 7)
  .option("--no-compile", "leave out torch.compile, which takes minutes on a CPU")
  .option("--profile", "also the longest programs on the GPU, by its own clock (backend webgpu)", false)
  .option("--python <path>", "the Python that has torch (default: KCELLFM_PYTHON, then python3)")
  .action(async ({ backend = "webgpu", preset, batch, side, repeats, compile, profile, out, ...flags }) => {
    const config = { ...cellPreset(preset), profile: undefined }; // PyTorch's twin reads sentences alone
    const python = flags.python ?? Deno.env.get("KCELLFM_PYTHON") ?? "python3";
    const length = flags.length ?? config.length;
    const scale = { name: preset, batch, torchChunk: 128, config: { ...config, length } };
    const rows = await measure({ backend, scale, side, repeats, compile, profile, python });
    const path = out ?? join(resultsDir(), "bench.json");
    await Deno.mkdir(resultsDir(), { recursive: true });
    const all = out ? rows : mergeRows(readBench(), rows);
    await writeFileAtomically(path, `${JSON.stringify(all, null, 2)}\n`);
    console.log(`${rows.length} rows written to ${path}`);
  });

type Plan = Omit<GpuRequest, "name">;

async function measure(plan: Plan): Promise<BenchRow[]> {
  const request = { ...plan, name: "matMul rate" } as const;
  const answer = await ask(request);
  if (!answer) throw dataError(`Cannot time ${plan.backend}: not even a matrix product runs, see above`);
  const { rates = null, why, torch, device } = answer;
  console.log(`${plan.backend} (${why}) beside ${torch ? `PyTorch ${torch} on ${device}` : "nothing"}`);
  if (rates) {
    console.log(`PyTorch's products: ${rate(rates.float32)} float32, ${rate(rates.bfloat16)} bfloat16`);
  }
  const rows = [gpuRow(answer, request, rates)];
  console.log(describeRow(rows[0]));
  for (const name of ["cell forward", "cell step"] as const) {
    rows.push(...await fittingRows({ ...plan, name }, rates));
  }
  return rows;
}

const rate = (gflops: number): string => `${gflops.toFixed(0)} GFLOP/s`;

/** The largest batch that ours runs, and the largest that both run, from the one asked for down by halves. */
async function fittingRows(request: GpuRequest, rates: Rates | null): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (let { batch } = request.scale; batch >= 1; batch = Math.floor(batch / 2)) {
    const smaller = { ...request, scale: { ...request.scale, batch } };
    const answer = await ask(smaller);
    if (!answer) continue;
    answer.failures.forEach((failure) => console.log(`${request.name}, ${batch} cells: ${failure}`));
    const isBeside = answer.samples.theirs.eager !== undefined;
    if (rows.length === 0 || isBeside) {
      const row = gpuRow(answer, smaller, rates);
      console.log(describeRow(row));
      rows.push(row);
      printPrograms(answer);
    }
    if (isBeside || !answer.torch) break;
  }
  return rows;
}

/** The dozen programs that take longest, and their share of all. */
function printPrograms({ programs = [] }: GpuAnswer): void {
  const total = programs.reduce((sum, { ms }) => sum + ms, 0);
  for (const { name, runs, ms } of programs.slice(0, 12)) {
    console.log(`  ${(100 * ms / total).toFixed(1)} % ${ms.toFixed(2)} ms in ${runs} runs of ${name}`);
  }
}

/** What a process of its own measures; null, once it said why, where it fails. */
async function ask(request: GpuRequest): Promise<GpuAnswer | null> {
  const script = fileURLToPath(new URL("./gpu_case.ts", import.meta.url));
  const flags = ["--no-prompt", "--allow-read", "--allow-env", "--allow-ffi", "--allow-sys", "--allow-run"];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, script, JSON.stringify(request)],
    stderr: "inherit",
  }).output();
  if (success) return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  console.log(`${request.name}, ${request.scale.batch} cells: failed, see above`);
  return null;
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
