import * as tf from "lib/tensor/mod.ts";
import "lib/kernels/mod.ts";
import { isSoftware } from "../../lib/runtime/backend_webgpu.ts";
import { type BackendName, startBackend } from "../../lib/runtime/mod.ts";

await startBackend("wasm"); // whose references the others are held against
const { name, why } = await startBackend(Deno.env.get("KCELLFM_BACKEND") || "wasm");

/** What the tests of the operators run on: `KCELLFM_BACKEND`, else wasm, whatever else the machine has. */
export const BACKEND: BackendName = name;

/** Whether each new program takes long to compile, as on a software adapter. */
const SLOW = isSoftware({ description: why, isFallbackAdapter: false });

/** The sizes of a grid: all of them, or on a slow backend the first `few`, so put what matters most first. */
export const grid = <Size>(sizes: readonly Size[], few: number): readonly Size[] =>
  SLOW ? sizes.slice(0, few) : sizes;

/** Runs `compute` on wasm, then goes on with {@linkcode BACKEND}. */
export async function onWasm<T>(compute: () => Promise<T>): Promise<T> {
  await tf.setBackend("wasm");
  try {
    return await compute();
  } finally {
    await tf.setBackend(BACKEND);
  }
}
