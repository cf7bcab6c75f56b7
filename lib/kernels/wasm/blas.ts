import { backendError, messageOf } from "../../runtime/mod.ts";

/** Where a native BLAS is looked for, best first; names without a folder go through the system's loader. */
const CANDIDATES: Record<string, readonly string[]> = {
  linux: ["libopenblas.so.0", "libopenblas.so", "libmkl_rt.so.2", "libmkl_rt.so", "libblis.so.4"],
  darwin: ["/System/Library/Frameworks/Accelerate.framework/Accelerate"],
  windows: ["libopenblas.dll", "mkl_rt.2.dll"],
};

const SYMBOLS = {
  cblas_sgemm: {
    // deno-fmt-ignore
    parameters: [
      "i32", "i32", "i32", "i32", "i32", "i32", "f32", "usize", "i32", "usize", "i32", "f32", "usize", "i32",
    ],
    result: "void",
  },
} as const;

/** CBLAS's names for row-major storage and for (un)transposed operands. */
const ROW_MAJOR = 101;
const TRANSPOSE = [111, 112] as const;

type Sgemm = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]["cblas_sgemm"];

/** A native single-precision matrix product, or the reason there is none. */
export interface Blas {
  readonly sgemm: Sgemm | null;
  /** The library that runs, or why none does. */
  readonly name: string;
}

/**
 * Opens the BLAS named by `KCELLFM_BLAS` (a path, or "off"), else the first one the system's loader finds.
 *
 * @throws {KcellfmError} tag "backend", when the named library cannot be opened.
 */
export function openBlas(forced = Deno.env.get("KCELLFM_BLAS")): Blas {
  if (forced === "off") return { sgemm: null, name: "off" };
  if (forced) return { sgemm: openForced(forced), name: forced };
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
    return { sgemm: null, name: "none (needs --allow-ffi)" };
  }
  for (const path of CANDIDATES[Deno.build.os] ?? []) {
    const sgemm = openOrNull(path);
    if (sgemm) return { sgemm, name: path };
  }
  return { sgemm: null, name: "none found" };
}

function openForced(path: string): Sgemm {
  try {
    return Deno.dlopen(path, SYMBOLS).symbols.cblas_sgemm;
  } catch (error) {
    throw backendError(
      `Cannot open the BLAS library KCELLFM_BLAS=${path}: ${messageOf(error)}; give the path of a library ` +
        `with cblas_sgemm, or "off"`,
      error,
    );
  }
}

function openOrNull(path: string): Sgemm | null {
  try {
    return Deno.dlopen(path, SYMBOLS).symbols.cblas_sgemm;
  } catch {
    return null;
  }
}

/** `sgemm` on matrices that lie in `memory`, wherever it is mapped now (growing may move it). */
export function gemmOnMemory(sgemm: Sgemm, memory: WebAssembly.Memory) {
  let buffer: ArrayBufferLike | null = null;
  let base = 0;
  const address = (offset: number) => BigInt(base + (offset >>> 0));
  // deno-fmt-ignore
  return (
    transposeA: number, transposeB: number, m: number, n: number, k: number,
    a: number, lda: number, b: number, ldb: number, accumulate: number, c: number, ldc: number,
  ): void => {
    if (memory.buffer !== buffer) {
      buffer = memory.buffer;
      base = Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(new Uint8Array(memory.buffer))));
    }
    // deno-fmt-ignore
    sgemm(
      ROW_MAJOR, TRANSPOSE[transposeA], TRANSPOSE[transposeB], m, n, k, 1,
      address(a), lda, address(b), ldb, accumulate, address(c), ldc,
    );
  };
}
