import { fileURLToPath } from "node:url";
import type { BackendName } from "../../lib/runtime/mod.ts";

/** What holds on every backend: operators against references and PyTorch, and a training. */
const FILES = [
  "../kernels/golden_test.ts",
  "../kernels/fast_test.ts",
  "../kernels/mat_mul_test.ts",
  "../kernels/scan_test.ts",
  "../kernels/dropout_test.ts",
  "../kernels/adamw_test.ts",
  "../kernels/memory_test.ts",
  "curve_test.ts",
  "webgpu_test.ts",
  "webgpu_memory_test.ts",
];

const FLAGS = ["--no-check", "--no-prompt", "--allow-read", "--allow-env", "--allow-ffi", "--allow-sys"];

/** How one file of tests went on a backend. */
export interface Tested {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}

/** Whether a backend starts when it is asked for, and what it is or why it does not. */
export async function probeBackend(name: BackendName): Promise<{ starts: boolean; message: string }> {
  const script = fileURLToPath(new URL("probe.ts", import.meta.url));
  const { output } = await runDeno(["run", ...FLAGS, script], name);
  const line = /^(starts|lacks) (.*)$/m.exec(output);
  return { starts: line?.[1] === "starts", message: line?.[2] ?? output };
}

/** Runs each file in a process of its own: drivers of graphics can end one of several isolates (docs/LOG.md). */
export async function testOn(name: BackendName, onFile: (tested: Tested) => void): Promise<Tested[]> {
  const all: Tested[] = [];
  for (const file of FILES) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const { output } = await runDeno(["test", ...FLAGS, path], name);
    // by what the tests say, since those drivers can also end a process whose tests have all passed
    const counts = /^(?:ok|FAILED) \| (\d+) passed.*?\| (\d+) failed/m.exec(output);
    const [passed, failed] = counts ? counts.slice(1).map(Number) : [0, 1];
    const tested = { file, passed, failed, output };
    onFile(tested);
    all.push(tested);
  }
  return all;
}

async function runDeno(args: string[], backend: BackendName): Promise<{ output: string }> {
  const env = { KCELLFM_BACKEND: backend, NO_COLOR: "1" };
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env }).output();
  return { output: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("") };
}
