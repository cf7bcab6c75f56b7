import { fileURLToPath } from "node:url";
import { z } from "zod";
import { backendError, parseJson } from "../lib/runtime/mod.ts";
import { reasonOf, runQuietly } from "./gpu_setup_run.ts";

const ProbeSchema = z.object({
  what: z.string(),
  product: z.number(),
  losses: z.array(z.number()),
  seconds: z.number(),
  mb: z.number(),
});

/** What the probe prints. */
export type Probe = z.infer<typeof ProbeSchema>;

/**
 * Runs a matrix product and training steps on the TensorFlow that is installed in a folder, in a process of its own,
 * and says in lines what it computes on.
 *
 * @throws {KcellfmError} tag "backend", when it does not load or computes wrong numbers.
 */
export async function checkTensorflow(folder: string): Promise<string[]> {
  const script = fileURLToPath(new URL("./gpu_setup_probe.ts", import.meta.url));
  const flags = ["--no-prompt", "--no-check", "--allow-read", "--allow-env", "--allow-ffi", "--allow-sys"];
  const env = { KCELLFM_VENDOR: folder, KCELLFM_BACKEND: "tensorflow" };
  const ended = await runQuietly(Deno.execPath(), ["run", ...flags, script], { env });
  if (!ended.success) throw backendError(reasonOf(ended));
  const probe = ProbeSchema.safeParse(parseJson(ended.stdout, "the check of TensorFlow"));
  if (!probe.success || !isRight(probe.data)) {
    throw backendError(`TensorFlow computes wrong numbers: ${ended.stdout.trim()}`);
  }
  return [describe(probe.data), await describeCards()];
}

/** A product of ones of width 512, and a loss that falls. */
const isRight = ({ product, losses }: Probe): boolean =>
  product === 512 && losses[losses.length - 1] < losses[0];

function describe({ what, losses, seconds, mb }: Probe): string {
  const shown = losses.map((loss) => loss.toFixed(3)).join(" -> ");
  return `${what}; nano training: loss ${shown} in ${seconds.toFixed(1)} s, process ${mb} MB`;
}

/** The cards and the CUDA that NVIDIA's driver reports. */
async function describeCards(): Promise<string> {
  const query = "--query-gpu=name,memory.total,memory.used,driver_version,compute_cap";
  const { success, stdout } = await runQuietly("nvidia-smi", [query, "--format=csv,noheader"]);
  if (!success) {
    return "CUDA: no NVIDIA driver was found (nvidia-smi does not run), so TensorFlow has the CPU alone";
  }
  const cuda = /CUDA Version: ([\d.]+)/.exec((await runQuietly("nvidia-smi", [])).stdout)?.[1] ?? "unknown";
  return `CUDA up to ${cuda}; cards (memory in all, in use; driver; compute capability): ${
    stdout.trim().replaceAll("\n", "; ")
  }`;
}
