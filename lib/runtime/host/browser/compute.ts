import { noBlas } from "../blas.ts";
import type { Compute } from "../types.ts";
import { currentSettings } from "./settings.ts";

export const compute: Compute = {
  openBlas: () => noBlas("none in a browser"),
  startTensorflow: () => Promise.reject(new Error("not in a browser")),
  whyNoWebgpu: () => null,
  registerWebgpu: async () => void await import("@tensorflow/tfjs-backend-webgpu"),
  threads: 1,
  startHelper: () => {
    throw new Error("there are no helpers in a browser");
  },
  helperData: () => null,
  tensorflowWasm: () => {
    throw new Error("memory is not shared in a browser");
  },
  get wasmFolder() {
    return currentSettings().wasmFolder;
  },
};
