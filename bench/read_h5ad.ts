/**
 * Rows per second of X read by slices: ours beside Python's h5py and anndata (backed) on the same files, interleaved
 * in one run; opening is not counted. `deno run -A bench/read_h5ad.ts [rows in a slice]`; Python is `KCELLFM_PYTHON` or python3.
 */
import { fileURLToPath } from "node:url";
import { findDataset } from "../lib/data/fetch/mod.ts";
import { openH5ad } from "../lib/data/mod.ts";
import { writeResult } from "../lib/metrics/mod.ts";
import { peakMemoryMb, versions } from "../lib/runtime/mod.ts";
import { simulatedFile } from "./simulated.ts";

const REPEATS = 5;
const SIZE = { cells: 50_000, genes: 20_000, meanGap: 14 };
const METHODS = ["h5py", "anndata"] as const;

interface Timing {
  readonly seconds: number;
  readonly values: number;
}

async function ours(path: string, step: number): Promise<Timing> {
  const file = await openH5ad(path);
  const start = performance.now();
  let values = 0;
  for (let row = 0; row < file.nObs; row += step) {
    values += file.rows(row, Math.min(row + step, file.nObs)).data.length;
  }
  const seconds = (performance.now() - start) / 1000;
  file.close();
  return { seconds, values };
}

/** Null where Python, h5py or anndata are missing. */
async function theirs(path: string, step: number, method: string): Promise<Timing | null> {
  const python = Deno.env.get("KCELLFM_PYTHON") ?? "python3";
  const script = fileURLToPath(new URL("./read_h5ad.py", import.meta.url));
  const command = new Deno.Command(python, {
    args: ["-W", "ignore", script, path, String(step), method],
    stderr: "null",
  });
  const { success, stdout } = await command.output().catch(() => ({
    success: false,
    stdout: new Uint8Array(),
  }));
  return success ? JSON.parse(new TextDecoder().decode(stdout)) : null;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const deviation = (values: number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};

async function measure(
  path: string,
  { set, real, step }: { set: string; real: boolean; step: number },
): Promise<void> {
  const file = await openH5ad(path);
  const { nObs, nVars } = file;
  file.close();
  const rates: Record<string, number[]> = { ours: [], h5py: [], anndata: [] };
  const { values, seconds } = await ours(path, step); // warms up the file cache and the compiler
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    rates.ours.push(nObs / (await ours(path, step)).seconds);
    for (const method of METHODS) {
      const timing = await theirs(path, step, method);
      if (timing && timing.values !== values) {
        throw new Error(`${method} reads ${timing.values} values, we ${values}`);
      }
      if (timing) rates[method].push(nObs / timing.seconds);
    }
  }
  const rowsPerSecond = (method: string) => ({
    rows_per_second: rates[method].length ? median(rates[method]) : null,
  });
  const shown = Object.keys(rates).map((method) =>
    `${method} ${rowsPerSecond(method).rows_per_second?.toFixed(0) ?? "-"}`
  );
  console.log(
    `${set}: ${nObs} x ${nVars}, ${values} values, ${step} rows a slice: ${
      shown.join(", ")
    } rows/s; peak ${peakMemoryMb()} MB`,
  );
  await writeResult({
    task: "read",
    set,
    split: `slices of ${step} rows, in order`,
    repeats: REPEATS,
    preset: "none",
    seed: 1,
    backend: "none",
    data: { real, cells: nObs, genes: nVars, sha256: null, values },
    metrics: rowsPerSecond("ours"),
    sd: { rows_per_second: deviation(rates.ours) },
    baselines: Object.fromEntries(METHODS.map((method) => [method, rowsPerSecond(method)])),
    published: {},
    seconds,
    cells_per_second: rowsPerSecond("ours").rows_per_second,
    peak_mb: peakMemoryMb(),
    versions: versions(),
  });
}

const step = Number(Deno.args[0] ?? 256);
const pbmc3k = await findDataset("pbmc3k");
if (pbmc3k) await measure(pbmc3k, { set: "pbmc3k", real: true, step });
await measure(await simulatedFile(SIZE), { set: `csr_${SIZE.cells}x${SIZE.genes}`, real: false, step });
