import { fileURLToPath } from "node:url";
import { readLines } from "./lines.ts";
import type { StackSize } from "./stack.ts";

/** What the PyTorch twin can be asked to time. */
export interface Request {
  readonly case: "matmul" | "forward" | "step";
  readonly size: StackSize | { readonly n: number };
}

/** A running PyTorch process that times one case at a time, so that both sides can be interleaved. */
export interface Twin {
  readonly version: string;
  time(request: Request): Promise<number>;
  close(): Promise<void>;
}

/** Starts the twin with `python` (or `KCELLFM_PYTHON`); null, with the reason printed, where torch is missing. */
export async function startTwin(python = Deno.env.get("KCELLFM_PYTHON") ?? "python3"): Promise<Twin | null> {
  const script = fileURLToPath(new URL("./torch_twin.py", import.meta.url));
  const process = spawn(python, script);
  if (!process) return skip(`${python} cannot be run`);
  const lines = readLines(process.stdout);
  const hello = await lines.next();
  if (hello.done) return skip(`${python} has no torch; set KCELLFM_PYTHON to one that has`);
  const writer = process.stdin.getWriter();
  return {
    version: JSON.parse(hello.value).torch,
    async time(request) {
      await writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
      const answer = await lines.next();
      if (answer.done) throw new Error(`The PyTorch twin ended while it timed "${request.case}"`);
      return JSON.parse(answer.value).ms;
    },
    async close() {
      await writer.close();
      await process.status;
    },
  };
}

function spawn(python: string, script: string): Deno.ChildProcess | null {
  try {
    return new Deno.Command(python, { args: [script], stdin: "piped", stdout: "piped", stderr: "null" })
      .spawn();
  } catch {
    return null;
  }
}

function skip(reason: string): null {
  console.log(`PyTorch twin skipped: ${reason}`);
  return null;
}
