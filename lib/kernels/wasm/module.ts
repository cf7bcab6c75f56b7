import { type Blas, host, join } from "../../runtime/mod.ts";
import type { KernelExports, Pointer } from "./exports.ts";
import { withSharedMemory } from "./shared_memory.ts";

/** Products of fewer multiplications cost more to hand to a native library than to do here. */
const BLAS_FROM = 16 * 16 * 16;

/** The compiled kernels on some memory. */
export interface Module {
  readonly run: KernelExports;
  /** True where multiply-adds round once (relaxed SIMD). */
  readonly relaxed: boolean;
}

/**
 * Instantiates the compiled kernels on a memory; each thread that shares the memory has an instance of its own.
 *
 * @param allocate gives an instance the memory that it works on
 */
export function startModule(
  memory: WebAssembly.Memory,
  { blas, allocate }: { blas: Blas; allocate: (bytes: number) => Pointer },
): Module {
  const relaxed = host.env("KCELLFM_RELAXED_SIMD") !== "off" && isValid("kernels-relaxed.wasm");
  const bytes = moduleBytes(relaxed ? "kernels-relaxed.wasm" : "kernels.wasm");
  const module = new WebAssembly.Module(isShared(memory) ? withSharedMemory(bytes) : bytes);
  const gemm = blas.gemmOn?.(memory) ?? (() => {});
  const imports = { env: { memory }, host: { gemm, log: Math.log } };
  const run = new WebAssembly.Instance(module, imports).exports as unknown as KernelExports;
  run.configure(allocate(run.workspaceBytes()), blas.gemmOn ? BLAS_FROM : Infinity);
  return { run, relaxed };
}

const moduleBytes = (name: string): Uint8Array<ArrayBuffer> =>
  host.files.read(join(host.root, "lib/kernels/assembly", name));

const isValid = (name: string): boolean => WebAssembly.validate(moduleBytes(name));

/** True for a memory that several threads can use at once. */
export const isShared = ({ buffer }: WebAssembly.Memory): boolean =>
  typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
