import { noBlas } from "../blas.ts";
import type { Compute } from "../types.ts";
import { currentSettings } from "./settings.ts";

export const compute: Compute = {
  openBlas: () => noBlas("none in a browser"),
  startTensorflow: () => Promise.reject(new Error("not in a browser")),
  whyNoWebgpu: () => null,
  registerWebgpu: async () => void await import("@tensorflow/tfjs-backend-webgpu"),
  get wasmFolder() {
    return currentSettings().wasmFolder;
  },
};
