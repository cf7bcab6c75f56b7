import * as tf from "lib/tensor/mod.ts";
import { startBackend } from "../lib/runtime/mod.ts";
import type { CaseEntry, Work } from "./case.ts";
import { cellCases } from "./cell_cases.ts";
import { filled } from "./fill.ts";
import { product } from "./flops.ts";
import { profilePrograms, type ProgramTime } from "./gpu_profile.ts";
import type { Scale } from "./scales.ts";
import { buildRivals, clock, type Rivals, type Samples, timeCase } from "./timing.ts";
import { startTwin, type Twin, TwinError } from "./twin.ts";

/** One measurement, in a process of its own: a GPU that ran out of memory is of no more use to its process. */
export interface GpuRequest {
  /** Name of one of the cell cases, or the rate of a matrix product. */
  readonly name: "cell forward" | "cell step" | "matMul rate";
  readonly backend: string;
  readonly scale: Scale;
  /** Rows of the square product. */
  readonly side: number;
  readonly repeats: number;
  readonly python: string;
  /** Whether PyTorch is also timed compiled. */
  readonly compile: boolean;
  /** Whether the programs of the GPU are timed too. */
  readonly profile: boolean;
}

/** What came out; without PyTorch, or where it failed, there are no samples of it. */
export interface GpuAnswer {
  readonly why: string;
  readonly shape: string;
  readonly work: Work;
  readonly samples: Samples;
  readonly torch: string | null;
  readonly device: string | null;
  /** GFLOP/s of PyTorch's own products, of the rate alone. */
  readonly rates?: { readonly float32: number; readonly bfloat16: number };
  /** Programs of backend webgpu, longest first. */
  readonly programs?: readonly ProgramTime[];
  /** What PyTorch could not do. */
  readonly failures: readonly string[];
}

async function answerRequest(request: GpuRequest): Promise<GpuAnswer> {
  const { why } = await startBackend(request.backend);
  const threads = navigator.hardwareConcurrency;
  const twin = await startTwin(request.python, { threads, device: "gpu" });
  const failures: string[] = [];
  /** What of PyTorch's may fail without ours. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TwinError)) throw error;
      failures.push(error.message);
      return null;
    }
  };
  const measured = request.name === "matMul rate"
    ? await measureRate(request, twin)
    : await measureCase(request, { twin, attempt });
  await twin?.close();
  return { why, torch: twin?.version ?? null, device: twin?.device ?? null, failures, ...measured };
}

type Measured = Pick<GpuAnswer, "shape" | "work" | "samples" | "rates" | "programs">;

interface Rival {
  readonly twin: Twin | null;
  attempt<T>(work: () => Promise<T>): Promise<T | null>;
}

async function measureCase(
  { name, backend, scale, repeats, compile, profile }: GpuRequest,
  { twin, attempt }: Rival,
): Promise<Measured> {
  const entry = [...cellCases(scale, 1)].find((entry) => entry.name === name) as CaseEntry;
  const one = { ...await entry.create(), forms: compile ? ["compiled"] as const : [] };
  const rivals: Rivals = await attempt(() => buildRivals(one, name, twin)) ?? new Map();
  const samples = await timeCase(one, { twin, repeats, sampleMs: 0, rivals });
  const programs = profile && backend === "webgpu" ? await profilePrograms(one.run) : [];
  return { shape: entry.shape, work: one.work, samples, programs };
}

/** Products between two reads, so that reading counts for little. */
const PRODUCTS = 10;

async function measureRate({ side, repeats }: GpuRequest, twin: Twin | null): Promise<Measured> {
  const [a, b] = [0, 1].map((seed) => filled({ shape: [side, side], deviation: 0.5 }, seed) as tf.Tensor2D);
  const multiply = () => {
    for (let i = 1; i < PRODUCTS; i++) tf.matMul(a, b).dispose();
    tf.tidy(() => void tf.slice(tf.matMul(a, b), [0, 0], [1, 1]).dataSync());
  };
  multiply();
  const times = await Array.fromAsync({ length: repeats }, () => clock(multiply, 1));
  const rates = twin && {
    float32: await twin.rate({ side, type: "float32" }),
    bfloat16: await twin.rate({ side, type: "bfloat16" }),
  };
  const flops = product(side, side, side);
  return {
    shape: `${side}x${side}, ${side}x${side}`,
    work: { flops },
    samples: {
      ours: times.map((ms) => ms / PRODUCTS),
      theirs: rates ? { eager: [flops / rates.float32 / 1e6] } : {},
    },
    ...(rates ? { rates } : {}),
  };
}

if (import.meta.main) {
  console.log(JSON.stringify(await answerRequest(JSON.parse(Deno.args[0]))));
  Deno.exit(0);
}
