import { fileURLToPath } from "node:url";
import { readLines } from "./lines.ts";

/** The ways to run a case there: PyTorch as it is, by torch.compile, or its graph in onnxruntime. */
export type Form = "eager" | "compiled" | "onnx";

/** A running PyTorch process that does one case at a time, so that both sides can be interleaved. */
export interface Twin {
  readonly version: string;
  /** Where it computes: "CPU" or the name of a card. */
  readonly device: string;
  /** Makes a form of a case and gives its check values and how long that took; "eager" first, which drops the last case. */
  build(spec: Record<string, unknown>, form: Form): Promise<{ check: number[]; seconds: number }>;
  /** Milliseconds of one of `count` runs of a form of the case built last. */
  time(count: number, form: Form): Promise<number>;
  /** GFLOP/s of a product of two square matrices. */
  rate(product: { side: number; type: "float32" | "bfloat16" }): Promise<number>;
  close(): Promise<void>;
}

/** What the twin could not do, such as a case that its memory does not hold. */
export class TwinError extends Error {}

/** Starts the twin with `python` on `threads` threads of the CPU or on the GPU; null, with the reason printed, where torch is missing. */
export async function startTwin(
  python: string,
  { threads, device = "cpu" }: { threads: number; device?: "cpu" | "gpu" },
): Promise<Twin | null> {
  const process = spawn(python, [String(threads), device]);
  if (!process) return skip(`${python} cannot be run`);
  const lines = readLines(process.stdout);
  const hello = await lines.next();
  if (hello.done) return skip(`${python} has no torch`);
  const writer = process.stdin.getWriter();
  const ask = async (request: Record<string, unknown>): Promise<Record<string, unknown>> => {
    await writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const answer = await lines.next();
    if (answer.done) throw new Error(`The PyTorch twin ended at ${JSON.stringify(request).slice(0, 200)}`);
    const said = JSON.parse(answer.value);
    if ("error" in said) throw new TwinError(`PyTorch: ${said.error}`);
    return said;
  };
  const { torch, device: name } = JSON.parse(hello.value);
  return {
    version: torch,
    device: name,
    build: async (spec, form) => await ask({ build: spec, form }) as { check: number[]; seconds: number },
    time: async (count, form) => (await ask({ time: count, form })).ms as number,
    rate: async (product) => (await ask({ rate: product })).gflops as number,
    async close() {
      await writer.close();
      await process.status;
    },
  };
}

function spawn(python: string, args: string[]): Deno.ChildProcess | null {
  const script = fileURLToPath(new URL("./torch/twin.py", import.meta.url));
  try {
    return new Deno.Command(python, {
      args: [script, ...args],
      env: { PYTHONDONTWRITEBYTECODE: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch {
    return null;
  }
}

function skip(reason: string): null {
  console.log(`PyTorch twin skipped: ${reason}; name a Python that has it by KCELLFM_PYTHON`);
  return null;
}
