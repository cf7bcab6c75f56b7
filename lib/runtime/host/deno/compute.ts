import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Worker, workerData } from "node:worker_threads";
import type { Compute } from "../types.ts";
import { openBlas } from "./blas.ts";
import { startTensorflow } from "./tensorflow.ts";

/** Folders in which drivers for Linux register. */
const DRIVERS = ["etc", "usr/share"].map((folder) => `/${folder}/vulkan/icd.d`);

export const compute: Compute = {
  openBlas,
  startTensorflow,
  // asking loads the graphics drivers, and Mesa's then end a process of several isolates with a corrupted heap in about
  // 1 of 40 exits (docs/LOG.md)
  whyNoWebgpu: () =>
    Deno.build.os !== "linux" || DRIVERS.some(hasNvidia)
      ? null
      : "on Linux without NVIDIA's driver only if asked for",
  registerWebgpu: async () => void await import("./webgpu_device.ts"),
  threads: navigator.hardwareConcurrency,
  startHelper(module, data) {
    const helper = new Worker(new URL(module, ROOT_URL), { workerData: data });
    helper.on("error", () => {}); // one that does not start is one thread fewer
    helper.unref();
  },
  helperData: () => workerData,
  tensorflowWasm: (name) => readFileSync(require.resolve(`@tensorflow/tfjs-backend-wasm/dist/${name}`)),
  wasmFolder: null,
};

const ROOT_URL = new URL("../../../../", import.meta.url);
const require = createRequire(import.meta.url);

const hasNvidia = (folder: string): boolean =>
  existsSync(folder) && readdirSync(folder).some((name) => name.startsWith("nvidia_icd"));
