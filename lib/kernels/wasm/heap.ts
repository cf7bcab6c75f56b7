import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { host } from "../../runtime/mod.ts";
import { withSharedMemory } from "./shared_memory.ts";
import { wantedThreads } from "./threads.ts";

/** tfjs picks one of these by what the host can do; only that with SIMD is taken where ours run. */
const BINARIES = [
  "tfjs-backend-wasm.wasm",
  "tfjs-backend-wasm-simd.wasm",
  "tfjs-backend-wasm-threaded-simd.wasm",
] as const;

/** Makes the wasm backend start, later, on a heap that several threads can share; with one thread it stays as it is. */
export function shareHeap(): void {
  if (wantedThreads() === 1) return;
  const module = host.compute.tensorflowWasm(BINARIES[1]);
  const shared = new Blob([withSharedMemory(module)], { type: "application/wasm" });
  const url = URL.createObjectURL(shared);
  setWasmPaths(Object.fromEntries(BINARIES.map((name) => [name, url])), true);
}
