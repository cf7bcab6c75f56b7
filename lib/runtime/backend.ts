import * as tf from "../tensor/mod.ts";
import { type BackendName, BACKENDS, type BackendStarter, useBackend } from "./backend_starter.ts";
import { startWebgpu } from "./backend_webgpu.ts";
import { backendError, messageOf } from "./errors.ts";
import { host } from "./host/mod.ts";
import { vendorDir } from "./paths.ts";

export { type BackendName, BACKENDS, type BackendStarter };

/** The engine that a run computes on, and the reason for its choice. */
export interface Backend {
  readonly name: BackendName;
  /** One clause for headers: what it is, or why those before it are not used. */
  readonly why: string;
}

/** WebAssembly comes with the package and starts everywhere. */
const startWasm: BackendStarter = async () => {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  if (host.compute.wasmFolder !== null) setWasmPaths(host.compute.wasmFolder);
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false); // our kernels share its memory, which threads would share too
  await useBackend("wasm");
  return "WebAssembly on the CPU";
};

const STARTERS: Record<BackendName, BackendStarter> = {
  tensorflow: (options) => host.compute.startTensorflow(vendorDir(), options),
  webgpu: startWebgpu,
  wasm: startWasm,
};

/**
 * Starts the compute backend: the one asked for (argument, then `KCELLFM_BACKEND`), else the first that starts.
 *
 * @throws {KcellfmError} tag "backend", when the forced backend is unknown or cannot start.
 */
export async function startBackend(
  forced = host.env("KCELLFM_BACKEND"),
  starters: Record<BackendName, BackendStarter> = STARTERS,
): Promise<Backend> {
  tf.env().set("PROD", true);
  return forced ? await startForced(forced, starters) : await startFirst(starters);
}

async function startForced(name: string, starters: typeof STARTERS): Promise<Backend> {
  if (!isBackendName(name)) {
    throw backendError(`Cannot start backend "${name}": it is not known (known: ${BACKENDS.join(", ")})`);
  }
  try {
    return { name, why: `asked for: ${await starters[name]({ forced: true })}` };
  } catch (error) {
    throw backendError(`Cannot start backend "${name}": ${messageOf(error)}`, error);
  }
}

const isBackendName = (name: string): name is BackendName => (BACKENDS as readonly string[]).includes(name);

async function startFirst(starters: typeof STARTERS): Promise<Backend> {
  const problems: string[] = [];
  for (const name of BACKENDS) {
    try {
      const what = await starters[name]({ forced: false });
      return { name, why: [what, ...problems].join("; ") };
    } catch (error) {
      problems.push(`no ${name}: ${messageOf(error)}`);
    }
  }
  throw backendError(`Cannot start any compute backend: ${problems.join("; ")}`);
}
