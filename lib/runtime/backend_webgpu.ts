import * as tf from "../tensor/mod.ts";
import { type BackendStarter, useBackend } from "./backend_starter.ts";
import { host } from "./host/mod.ts";

/** Names of adapters that compute on the CPU, for drivers that do not say so themselves. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|basic render/i;

/** TensorFlow.js on the GPU through WebGPU; used by default only on a real GPU. */
export const startWebgpu: BackendStarter = async ({ forced }) => {
  const objection = forced ? null : host.compute.whyNoWebgpu();
  if (objection !== null) throw new Error(objection);
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw new Error(forced ? "no GPU was found; install its Vulkan, Metal or Direct3D 12 driver" : "no GPU");
  }
  const name = adapter.info.description || `GPU of vendor ${adapter.info.vendor}`;
  if (!forced && isSoftware(adapter.info)) throw new Error(`only a software adapter, ${name}`);
  await host.compute.registerWebgpu();
  await useBackend("webgpu");
  checkItself(name);
  return name;
};

/** True if an adapter computes on the CPU. */
export const isSoftware = (info: Pick<GPUAdapterInfo, "description" | "isFallbackAdapter">): boolean =>
  info.isFallbackAdapter || SOFTWARE.test(info.description);

/** @throws {Error} when a product of two matrices comes back wrong, or cannot be read. */
function checkItself(name: string): void {
  const size = 64;
  const sums = tf.tidy(() => {
    const rows = tf.reshape(tf.range(0, size * size), [size, size]);
    return tf.matMul(rows, tf.ones([size, size])).dataSync();
  });
  const [wrong] = sums.filter((sum, i) => sum !== sumOfRow(Math.floor(i / size), size));
  if (wrong !== undefined) throw new Error(`${name} multiplies wrongly (${wrong}); renew its driver`);
}

/** `sum_j (i size + j)`: below 2^24, so exact in float32. */
const sumOfRow = (i: number, size: number): number => i * size * size + size * (size - 1) / 2;
