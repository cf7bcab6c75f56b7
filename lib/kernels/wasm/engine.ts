import type { TensorInfo } from "../../tensor/mod.ts";
import { backendError, type Blas, host, join } from "../../runtime/mod.ts";
import type { KernelExports, KernelHost, Pointer } from "./exports.ts";
import { ADDRESSABLE, RESERVE } from "./room.ts";

/** The parts of tfjs-backend-wasm that our kernels stand on. */
export interface WasmBackend {
  readonly wasm: {
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    readonly asm: { readonly memory: WebAssembly.Memory };
  };
  readonly dataIdMap: { get(dataId: TensorInfo["dataId"]): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: "float32" | "int32"): TensorInfo;
}

/** Our compiled kernels on the memory of one tfjs-wasm backend. */
export interface WasmEngine {
  readonly run: KernelExports;
  readonly blas: Blas;
  /** Whether multiply-adds round once (relaxed SIMD). */
  readonly relaxed: boolean;
  /** Where a tensor lies; 0 for a missing one. */
  pointer(tensor: TensorInfo | undefined): Pointer;
  /** Numbers in memory where they lie; like the two below, valid until the next allocation. */
  floats(pointer: Pointer, n: number): Float32Array;
  doubles(pointer: Pointer, n: number): Float64Array;
  integers(tensor: TensorInfo): Int32Array;
  /** A new float32 tensor, not cleared. */
  output(shape: number[]): TensorInfo;
  /** A new float32 tensor of zeros. */
  zeros(shape: number[]): TensorInfo;
  /** Runs `use` with that many bytes of memory, freed afterwards. */
  scratch<T>(bytes: number, use: (pointer: Pointer) => T): T;
}

/** Products of fewer multiplications cost more to hand to a native library than to do here. */
const BLAS_FROM = 16 * 16 * 16;

/** Starts the compiled kernels on the backend's own memory, so that tensors need no copies. */
export function startEngine(backend: WasmBackend): WasmEngine {
  const { memory } = backend.wasm.asm;
  guardAllocations(backend);
  const blas = host.compute.openBlas(host.env("KCELLFM_BLAS"));
  const gemm = blas.gemmOn?.(memory) ?? (() => {});
  const { run, relaxed } = instantiate(memory, { gemm, log: Math.log });
  run.configure(backend.wasm._malloc(run.workspaceBytes()), blas.gemmOn ? BLAS_FROM : Infinity);

  const pointer = (tensor: TensorInfo | undefined): Pointer =>
    tensor ? backend.dataIdMap.get(tensor.dataId).memoryOffset >>> 0 : 0; // above 2 GiB it comes signed
  const output = (shape: number[]): TensorInfo => backend.makeOutput(shape, "float32");
  return {
    run,
    blas,
    relaxed,
    pointer,
    floats: (at, n) => new Float32Array(memory.buffer, at, n),
    doubles: (at, n) => new Float64Array(memory.buffer, at, n),
    integers: (tensor) => new Int32Array(memory.buffer, pointer(tensor), sizeOf(tensor.shape)),
    output,
    zeros(shape) {
      const tensor = output(shape);
      run.clear(pointer(tensor), sizeOf(shape));
      return tensor;
    },
    scratch(bytes, use) {
      const at = backend.wasm._malloc(bytes) >>> 0;
      try {
        return use(at);
      } finally {
        backend.wasm._free(at);
      }
    },
  };
}

/** Number of entries of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

function instantiate(
  memory: WebAssembly.Memory,
  given: KernelHost,
): { run: KernelExports; relaxed: boolean } {
  const relaxed = host.env("KCELLFM_RELAXED_SIMD") !== "off" && isValid("kernels-relaxed.wasm");
  const module = new WebAssembly.Module(moduleBytes(relaxed ? "kernels-relaxed.wasm" : "kernels.wasm"));
  const imports = { env: { memory }, host: { ...given } };
  return { run: new WebAssembly.Instance(module, imports).exports as unknown as KernelExports, relaxed };
}

const moduleBytes = (name: string): BufferSource =>
  host.files.read(join(host.root, "lib/kernels/assembly", name));

const isValid = (name: string): boolean => WebAssembly.validate(moduleBytes(name));

/**
 * tfjs-wasm takes a failed allocation (address 0) for a real one and dies later with "memory access out of
 * bounds", and sizes of 4 GiB wrap around; here both become an error that says what to do.
 */
function guardAllocations(backend: WasmBackend): void {
  const { wasm } = backend;
  const allocate = wasm._malloc.bind(wasm);
  const mib = (bytes: number) => Math.ceil(bytes / 2 ** 20);
  wasm._malloc = (bytes) => {
    const pointer = bytes < ADDRESSABLE ? allocate(bytes) >>> 0 : 0;
    if (pointer + bytes <= ADDRESSABLE - RESERVE && (pointer !== 0 || bytes === 0)) return pointer;
    if (pointer !== 0) wasm._free(pointer);
    throw backendError(
      `Cannot allocate ${mib(bytes)} MiB: the wasm backend already holds ${
        mib(wasm.asm.memory.buffer.byteLength)
      } ` +
        `MiB of its ${mib(ADDRESSABLE)}; use a smaller batch size (try half) or shorter cells`,
    );
  };
}
