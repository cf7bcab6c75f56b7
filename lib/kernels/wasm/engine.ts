import type { TensorInfo } from "../../tensor/mod.ts";
import { backendError, type Blas, host } from "../../runtime/mod.ts";
import { blocksOf } from "./blocks.ts";
import { aloneCrew, type Crew, startCrew } from "./crew.ts";
import type { KernelExports, Pointer } from "./exports.ts";
import type { Job } from "./job.ts";
import { isShared, startModule } from "./module.ts";
import { ADDRESSABLE, RESERVE } from "./room.ts";
import { wantedThreads } from "./threads.ts";

/** The parts of tfjs-backend-wasm that our kernels stand on. */
export interface WasmBackend {
  readonly wasm: {
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    readonly asm: { readonly memory: WebAssembly.Memory };
  };
  readonly dataIdMap: { get(dataId: TensorInfo["dataId"]): { readonly memoryOffset: number } };
  refCount(dataId: TensorInfo["dataId"]): number;
  incRef(dataId: TensorInfo["dataId"]): void;
  makeOutput(shape: number[], dtype: "float32" | "int32"): TensorInfo;
}

/** Our compiled kernels on the memory of one tfjs-wasm backend. */
export interface WasmEngine {
  readonly run: KernelExports;
  readonly blas: Blas;
  /** True where multiply-adds round once (relaxed SIMD). */
  readonly relaxed: boolean;
  /** The threads that share the work of an operator. */
  readonly crew: Crew;
  /** Address of a tensor; 0 for a missing one. */
  pointer(tensor: TensorInfo | undefined): Pointer;
  /** Numbers in memory where they lie; like the two below, valid until the next allocation. */
  floats(pointer: Pointer, n: number): Float32Array;
  doubles(pointer: Pointer, n: number): Float64Array;
  integers(tensor: TensorInfo): Int32Array;
  /** Writes where tensors lie, as 32-bit words. */
  pointers(to: Pointer, tensors: readonly TensorInfo[]): void;
  /** A new float32 tensor, not cleared. */
  output(shape: number[]): TensorInfo;
  /** A tensor on the memory of another one. */
  sharing(tensor: TensorInfo): TensorInfo;
  /** Tensors that hold the memory of this one, itself included. */
  holders(tensor: TensorInfo): number;
  /** Runs `use` with that many bytes of memory, freed afterwards. */
  scratch<T>(bytes: number, use: (pointer: Pointer) => T): T;
  /** Does the work of an operator by all threads. */
  share(work: SharedWork): void;
}

/** The work of an operator on its rows, by default in {@linkcode blocksOf} them. */
export interface SharedWork extends Omit<Job, "blocks"> {
  readonly blocks?: number;
  /** Bytes that each thread needs, given to the function as its last argument. */
  readonly scratch?: number;
}

/** Starts the compiled kernels on the backend's own memory, so that tensors need no copies. */
export function startEngine(backend: WasmBackend): WasmEngine {
  const { memory } = backend.wasm.asm;
  guardAllocations(backend);
  const allocate = (bytes: number): Pointer => backend.wasm._malloc(bytes) >>> 0;
  const blas = host.compute.openBlas(host.env("KCELLFM_BLAS"));
  const { run, relaxed } = startModule(memory, { blas, allocate });
  const crew = openCrew(run, { memory, blas, allocate });

  const pointer = (tensor: TensorInfo | undefined): Pointer =>
    tensor ? backend.dataIdMap.get(tensor.dataId).memoryOffset >>> 0 : 0; // above 2 GiB it comes signed
  const output = (shape: number[]): TensorInfo => backend.makeOutput(shape, "float32");
  function scratch<T>(bytes: number, use: (pointer: Pointer) => T): T {
    const at = allocate(bytes);
    try {
      return use(at);
    } finally {
      backend.wasm._free(at);
    }
  }
  return {
    run,
    blas,
    relaxed,
    crew,
    pointer,
    floats: (at, n) => new Float32Array(memory.buffer, at, n),
    doubles: (at, n) => new Float64Array(memory.buffer, at, n),
    pointers: (to, tensors) => new Uint32Array(memory.buffer, to, tensors.length).set(tensors.map(pointer)),
    integers: (tensor) => new Int32Array(memory.buffer, pointer(tensor), sizeOf(tensor.shape)),
    output,
    sharing({ dataId, shape, dtype }) {
      backend.incRef(dataId);
      return { dataId, shape, dtype };
    },
    holders: ({ dataId }) => backend.refCount(dataId),
    scratch,
    share({ scratch: bytes, ...given }) {
      const job = { blocks: blocksOf(given.rows), ...given };
      if (!bytes) return crew.share(job);
      const perThread = (bytes + 63) & ~63;
      scratch(crew.threads() * perThread, (from) => {
        crew.share({ ...job, work: [...job.work, { from, perThread }] });
      });
    },
  };
}

/** Number of entries of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

interface CrewParts {
  readonly memory: WebAssembly.Memory;
  readonly blas: Blas;
  readonly allocate: (bytes: number) => Pointer;
}

/** The requested number of threads if the memory can be shared; a product of the BLAS then runs on the thread that asks for it. */
function openCrew(run: KernelExports, { memory, blas, allocate }: CrewParts): Crew {
  const most = wantedThreads();
  if (most === 1 || isShared(memory)) blas.setThreads(1); // how it cuts a product would change bits
  if (most === 1 || !isShared(memory)) return aloneCrew(run, blas);
  const library = blas.gemmOn ? blas.name : "off";
  return startCrew(run, {
    most,
    start: () => ({ memory, blas: library, workspace: allocate(run.workspaceBytes()) }),
  });
}

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
