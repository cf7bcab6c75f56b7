import * as tf from "../../../tensor/mod.ts";
import { createRequire } from "node:module";
import { join } from "node:path";
import { useBackend } from "../../backend_starter.ts";
import { messageOf } from "../../errors.ts";
import { type Executing, explainFullMemory, prepareForTensorflow } from "./tensorflow_shims.ts";

/** TensorFlow itself, best first. Optional, since it takes a download of hundreds of megabytes or a build. */
export const TENSORFLOW_PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;

/** The parts of tfjs-node's backend that say what it is. */
interface NodeBackend extends Executing {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/**
 * TensorFlow's C library through tfjs-node-gpu or tfjs-node, where `deno task gpu:setup` has installed one in the folder
 * `vendor`; by itself only with a GPU, since our wasm kernels are several times faster than its own on a CPU (docs/GPU.md).
 */
export async function startTensorflow(vendor: string, { forced }: { forced: boolean }): Promise<string> {
  const require = createRequire(join(vendor, "package.json"));
  const name = TENSORFLOW_PACKAGES.find((name) => isInstalled(require, name));
  if (!name) {
    throw new Error(forced ? "TensorFlow is not installed; run deno task gpu:setup" : "not installed");
  }
  prepareForTensorflow(require);
  try {
    require(name);
  } catch (error) {
    const [reason] = messageOf(error).split("\n");
    throw new Error(`${name} is installed but does not load (${reason}); run deno task gpu:setup`);
  }
  await useBackend("tensorflow");
  const backend = tf.backend() as unknown as NodeBackend;
  explainFullMemory(backend);
  const { isUsingGpuDevice, binding } = backend;
  const what = `TensorFlow ${binding.TF_Version} on the ${isUsingGpuDevice ? "GPU" : "CPU"} (${name})`;
  if (!forced && !isUsingGpuDevice) throw new Error(`${what}, where wasm is faster`);
  return what;
}

function isInstalled(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}
