import { basename } from "node:path";
import type { BenchRow } from "../lib/metrics/mod.ts";
import type { CaseEntry, Work } from "./case.ts";
import { median, type Rivals, type Samples } from "./timing.ts";

/** What all rows of a run share. */
export interface RunContext {
  readonly backend: string;
  readonly blas: string;
  readonly relaxedSimd: boolean;
  /** Threads of the twin, and of our BLAS. */
  readonly threads: number;
  /** PyTorch's version; null without a twin. */
  readonly torch: string | null;
  /** The measured ceiling of matrix products, GFLOP/s; null when it was not measured. */
  readonly ceiling: number | null;
}

/** Medians, or the best where the entry asks for it, and what follows from them; the ratio is that to the fastest rival. */
export function toRow(
  { name, scale, shape, best }: CaseEntry,
  samples: Samples,
  about: { work: Work; rivals: Rivals; load: number } & RunContext,
): BenchRow {
  const middle = best ? (values: number[]) => Math.min(...values) : median;
  const ours = middle(samples.ours);
  const { eager = null, compiled, onnx } = mapValues(samples.theirs, middle);
  const compiling = about.rivals.get("compiled");
  const { flops, bytes, items } = about.work;
  const gflops = flops / ours / 1e6;
  return {
    name,
    scale,
    backend: about.backend,
    blas: basename(about.blas),
    ours_ms: rounded(ours),
    torch_ms: eager && rounded(eager),
    ratio: eager && rounded(Math.min(eager, compiled ?? Infinity, onnx ?? Infinity) / ours),
    ...(compiled ? { torch_compiled_ms: rounded(compiled) } : {}),
    ...(compiling ? { compile_seconds: rounded(compiling) } : {}),
    ...(onnx ? { onnx_ms: rounded(onnx) } : {}),
    load: rounded(about.load),
    shape,
    repeats: samples.ours.length,
    spread: rounded((Math.max(...samples.ours) - Math.min(...samples.ours)) / ours),
    threads: about.threads,
    relaxed_simd: about.relaxedSimd,
    ...(about.torch ? { torch: about.torch } : {}),
    ...(flops > 0 ? { gflops: rounded(gflops) } : {}),
    ...(flops > 0 && about.ceiling ? { of_ceiling: rounded(gflops / about.ceiling) } : {}),
    ...(flops > 0 && bytes ? { intensity: rounded(flops / bytes) } : {}),
    ...(items ? { cells_per_second: rounded(items / ours * 1000) } : {}),
  };
}

const mapValues = <K extends string, V, W>(record: Partial<Record<K, V>>, map: (value: V) => W) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value as V)])) as Partial<
    Record<K, W>
  >;

/** A row of ours alone. */
export function plainRow(
  { name, scale }: { name: string; scale: string },
  ours: number,
  { backend, blas, relaxedSimd, threads }: RunContext,
): BenchRow {
  const engine = { backend, blas: basename(blas), relaxed_simd: relaxedSimd, threads };
  return { name, scale, ...engine, ours_ms: rounded(ours), torch_ms: null, ratio: null };
}

/** Four significant digits are more than a timing has. */
export const rounded = (value: number): number => Number(value.toPrecision(4));

/** One line of the run. */
export function describeRow(row: BenchRow): string {
  const parts = [`${row.ours_ms.toFixed(2)} ms`];
  if (row.gflops !== undefined) parts.push(`${row.gflops.toFixed(1)} GFLOP/s`);
  if (row.of_ceiling !== undefined) parts.push(`${(100 * row.of_ceiling).toFixed(0)} % of the ceiling`);
  if (row.cells_per_second !== undefined) parts.push(`${row.cells_per_second.toFixed(1)} rows/s`);
  if (row.gbytes_per_second !== undefined) parts.push(`${row.gbytes_per_second.toFixed(1)} GB/s`);
  if (row.times_model !== undefined) parts.push(`${row.times_model.toFixed(0)} times the training step`);
  if (row.torch_compiled_ms !== undefined) {
    const seconds = row.compile_seconds === undefined
      ? ""
      : ` (compiling ${row.compile_seconds.toFixed(0)} s)`;
    parts.push(`PyTorch compiled ${row.torch_compiled_ms.toFixed(2)} ms${seconds}`);
  }
  if (row.onnx_ms !== undefined) parts.push(`onnxruntime ${row.onnx_ms.toFixed(2)} ms`);
  if (row.of_bf16 !== undefined) parts.push(`${(100 * row.of_bf16).toFixed(1)} % of bfloat16`);
  if (row.times_published !== undefined) {
    parts.push(`${row.times_published.toFixed(2)} times the published rate`);
  }
  if (row.ratio !== null) parts.push(`PyTorch ${row.torch_ms!.toFixed(2)} ms, ratio ${row.ratio.toFixed(2)}`);
  if (row.load !== undefined) parts.push(`load ${row.load.toFixed(1)}`);
  return `${row.name} (${row.scale}): ${parts.join(", ")}`;
}

const keyOf = ({ name, scale, backend, blas, relaxed_simd }: BenchRow) =>
  [name, scale, backend, blas, relaxed_simd].join("|");

/** `fresh` rows, and those of `old` that other engines or other names have. */
export function mergeRows(old: readonly BenchRow[], fresh: readonly BenchRow[]): BenchRow[] {
  const replaced = new Set(fresh.map(keyOf));
  return [...old.filter((row) => !replaced.has(keyOf(row))), ...fresh];
}
