import { type BackendStarter, useBackend } from "./backend_starter.ts";

/** Names of adapters that compute on the CPU, for drivers that do not say so themselves. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|basic render/i;

/**
 * TensorFlow.js on the GPU through Deno's WebGPU; by itself only on a real GPU, and where results can be read at once.
 *
 * No adapter is asked for before it could be used: that loads the graphics drivers, and Mesa's then end a process of
 * several isolates with a corrupted heap in about 1 of 40 exits (docs/LOG.md).
 */
export const startWebgpu: BackendStarter = async ({ forced }) => {
  if (!forced && !canReadAtOnce()) throw new Error("results could not be read at once");
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw new Error(forced ? "no GPU was found; install its Vulkan, Metal or Direct3D 12 driver" : "no GPU");
  }
  const name = adapter.info.description || `GPU of vendor ${adapter.info.vendor}`;
  if (!forced && isSoftware(adapter.info)) throw new Error(`only a software adapter, ${name}`);
  await import("@tensorflow/tfjs-backend-webgpu");
  await useBackend("webgpu");
  return name;
};

/** Whether an adapter computes on the CPU. */
export const isSoftware = (info: Pick<GPUAdapterInfo, "description" | "isFallbackAdapter">): boolean =>
  info.isFallbackAdapter || SOFTWARE.test(info.description);

/** TensorFlow.js reads from the GPU without waiting by drawing on a canvas; training and annotation rely on that. */
function canReadAtOnce(): boolean {
  try {
    return new OffscreenCanvas(1, 1).getContext("2d") !== null;
  } catch {
    return false;
  }
}
