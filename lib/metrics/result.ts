import { z } from "zod";
import {
  dataError,
  fileError,
  host,
  join,
  makeFolder,
  messageOf,
  readText,
  resultsDir,
  writeFileAtomically,
} from "../runtime/mod.ts";

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.+-]*$/, "expected letters, digits and _ . + - only");
const metrics = z.record(name, z.number().nullable());

/** The form of `data/results/<task>-<set>.json`: one run of one experiment on one set. */
export const resultSchema = z.strictObject({
  task: name,
  set: name,
  /** The split into train and test, in words: "leave-one-patient-out". */
  split: z.string(),
  repeats: z.int().positive(),
  preset: z.string(),
  seed: z.int().nonnegative(),
  backend: z.string(),
  /** The data of the run; `real` is false for simulated data. Further fields say more (terms, reference, ...). */
  data: z.object({
    real: z.boolean(),
    cells: z.int().nonnegative(),
    genes: z.int().nonnegative(),
    sha256: z.string().nullable(),
  }).catchall(z.union([z.string(), z.number(), z.boolean(), z.null()])),
  metrics,
  /** Standard deviation over the repeats. */
  sd: metrics,
  baselines: z.record(name, metrics),
  published: z.record(name, z.union([z.number(), z.string()]).nullable()),
  seconds: z.number().nonnegative(),
  cells_per_second: z.number().nonnegative().nullable(),
  peak_mb: z.number().nonnegative().nullable(),
  versions: z.record(z.string(), z.string()),
});

/** One row of `bench.json`; `ratio` = torch_ms / ours_ms, above 1 where ours is faster. */
export const benchRowSchema = z.strictObject({
  name: z.string(),
  scale: z.string(),
  backend: z.string(),
  blas: z.string().nullable(),
  ours_ms: z.number(),
  torch_ms: z.number().nullable(),
  ratio: z.number().nullable(),
  /** Sizes in words. */
  shape: z.string().optional(),
  repeats: z.int().positive().optional(),
  /** Range of our samples over their median. */
  spread: z.number().optional(),
  /** Threads of PyTorch and of a native BLAS. */
  threads: z.int().positive().optional(),
  relaxed_simd: z.boolean().optional(),
  /** PyTorch's version. */
  torch: z.string().optional(),
  gflops: z.number().optional(),
  /** Share of the measured ceiling of matrix products. */
  of_ceiling: z.number().optional(),
  /** Operations a byte of tensors read and written. */
  intensity: z.number().optional(),
  /** Cells, or texts for BERT. */
  cells_per_second: z.number().optional(),
  gbytes_per_second: z.number().optional(),
  /** Cells per second beside those of the model's training step. */
  times_model: z.number().optional(),
  /** The card that both sides computed on. */
  device: z.string().optional(),
  /** PyTorch with torch.compile. */
  torch_compiled_ms: z.number().optional(),
  /** Time spent compiling, which no other number counts. */
  compile_seconds: z.number().optional(),
  /** The same graph in onnxruntime. */
  onnx_ms: z.number().optional(),
  /** Mean number of processes that ran or waited in the minute before the row was done. */
  load: z.number().optional(),
  /** Share of the card's measured rate of bfloat16 products. */
  of_bf16: z.number().optional(),
  /** Cells per second beside the published ones. */
  times_published: z.number().optional(),
});

export type Result = z.infer<typeof resultSchema>;
export type BenchRow = z.infer<typeof benchRowSchema>;

const BENCH_FILE = "bench.json";

/**
 * Checks `result` and writes it atomically to `<folder>/<task>-<set>.json`, replacing an earlier run.
 *
 * @returns the path
 * @throws {KcellfmError} tag "data", when a field is missing, unknown or not finite.
 */
export async function writeResult(result: Result, folder = resultsDir()): Promise<string> {
  const path = join(folder, `${result.task}-${result.set}.json`);
  const checked = parse(resultSchema, result, `write ${path}`);
  await makeFolder(folder);
  await writeFileAtomically(path, JSON.stringify(checked, null, 2) + "\n");
  return path;
}

/**
 * All results of `folder`, by task and set; none when there is no such folder.
 *
 * @throws {KcellfmError} tag "file" or "data", naming the file that does not hold a result.
 */
export function readResults(folder = resultsDir()): Result[] {
  return jsonFiles(folder).filter((file) => file !== BENCH_FILE).map((file) => {
    const path = join(folder, file);
    return parse(resultSchema, readJson(path), `read ${path}`);
  });
}

/** The benchmark rows of `<folder>/bench.json`; none when it has not been run. */
export function readBench(folder = resultsDir()): BenchRow[] {
  if (!jsonFiles(folder).includes(BENCH_FILE)) return [];
  const path = join(folder, BENCH_FILE);
  return parse(z.array(benchRowSchema), readJson(path), `read ${path}`);
}

function jsonFiles(folder: string): string[] {
  if (host.files.stat(folder) === null) return [];
  return host.files.list(folder).filter((name) => name.endsWith(".json")).sort();
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readText(path));
  } catch (error) {
    throw fileError(`Cannot read ${path}: ${messageOf(error)}; delete it and run its task again`, error);
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown, action: string): T {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const { path, message } = checked.error.issues[0];
  throw dataError(`Cannot ${action}: field ${path.join(".") || "(whole)"} is wrong: ${message}`);
}

/** True if a row of results is a part, an ablation or an option of the model, and so no rival of it. */
export const isOwnRow = (name: string): boolean => /_alone$|^no_|^neighbourhood/.test(name);
