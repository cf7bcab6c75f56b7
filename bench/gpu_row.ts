import type { BenchRow } from "../lib/metrics/mod.ts";
import type { GpuAnswer, GpuRequest } from "./gpu_case.ts";
import { rounded } from "./rows.ts";
import { median } from "./timing.ts";

/** Cells a second that the original prints for its test, 4,096 genes a cell, on a GPU. */
const PUBLISHED = 43.7;

/** The rates of the card's products, GFLOP/s, to which the models are held. */
export type Rates = NonNullable<GpuAnswer["rates"]>;

/** One measurement as a row of the bench. */
export function gpuRow(
  { shape, work, samples, torch, device }: GpuAnswer,
  { name, backend, scale, side }: GpuRequest,
  rates: Rates | null,
): BenchRow {
  const ours = median(samples.ours);
  const [theirs, compiled] = [samples.theirs.eager, samples.theirs.compiled].map((times) =>
    times && median(times)
  );
  const gflops = work.flops / ours / 1e6;
  const cells = work.items && work.items / ours * 1000;
  return {
    name,
    scale: work.items ? `${scale.name} ${scale.config.length} x ${scale.batch}` : String(side),
    backend,
    blas: null,
    ours_ms: rounded(ours),
    torch_ms: theirs ? rounded(theirs) : null,
    ratio: theirs ? rounded(Math.min(theirs, compiled ?? Infinity) / ours) : null,
    shape,
    repeats: samples.ours.length,
    spread: rounded((Math.max(...samples.ours) - Math.min(...samples.ours)) / ours),
    gflops: rounded(gflops),
    ...(torch && device ? { torch, device } : {}),
    ...(compiled ? { torch_compiled_ms: rounded(compiled) } : {}),
    ...(rates
      ? { of_ceiling: rounded(gflops / rates.float32), of_bf16: rounded(gflops / rates.bfloat16) }
      : {}),
    ...(cells ? { cells_per_second: rounded(cells), times_published: rounded(cells / PUBLISHED) } : {}),
  };
}
