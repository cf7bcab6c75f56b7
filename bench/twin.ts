import { fileURLToPath } from "node:url";
import { readLines } from "./lines.ts";

/** A running PyTorch process that does one case at a time, so that both sides can be interleaved. */
export interface Twin {
  readonly version: string;
  /** Makes a case its own and gives its check values. */
  build(spec: Record<string, unknown>): Promise<number[]>;
  /** Milliseconds of one of `count` runs of the case built last. */
  time(count: number): Promise<number>;
  close(): Promise<void>;
}

/** Starts the twin with `python` on `threads` threads; null, with the reason printed, where torch is missing. */
export async function startTwin(python: string, threads: number): Promise<Twin | null> {
  const process = spawn(python, threads);
  if (!process) return skip(`${python} cannot be run`);
  const lines = readLines(process.stdout);
  const hello = await lines.next();
  if (hello.done) return skip(`${python} has no torch`);
  const writer = process.stdin.getWriter();
  const ask = async (request: Record<string, unknown>): Promise<Record<string, unknown>> => {
    await writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const answer = await lines.next();
    if (answer.done) throw new Error(`The PyTorch twin ended at ${JSON.stringify(request).slice(0, 200)}`);
    return JSON.parse(answer.value);
  };
  return {
    version: JSON.parse(hello.value).torch,
    build: async (spec) => (await ask({ build: spec })).check as number[],
    time: async (count) => (await ask({ time: count })).ms as number,
    async close() {
      await writer.close();
      await process.status;
    },
  };
}

function spawn(python: string, threads: number): Deno.ChildProcess | null {
  const script = fileURLToPath(new URL("./torch/twin.py", import.meta.url));
  try {
    return new Deno.Command(python, {
      args: [script, String(threads)],
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
