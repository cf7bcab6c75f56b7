import { existsSync } from "node:fs";
import { join } from "node:path";
import { backendError, messageOf } from "../../errors.ts";
import { type Blas, type Gemm, noBlas } from "../blas.ts";
import { betterCore, processorFlags } from "./openblas_core.ts";

/** Libraries to try for a native BLAS, best first; names without a folder go through the system's loader. */
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
  openblas_get_corename: { parameters: [], result: "pointer", optional: true },
  openblas_get_num_threads: { parameters: [], result: "i32", optional: true },
  openblas_set_num_threads: { parameters: ["i32"], result: "void", optional: true },
  MKL_Get_Max_Threads: { parameters: [], result: "i32", optional: true },
  MKL_Set_Num_Threads: { parameters: ["i32"], result: "void", optional: true },
  bli_thread_get_num_threads: { parameters: [], result: "i64", optional: true },
  bli_thread_set_num_threads: { parameters: ["i64"], result: "void", optional: true },
} as const;

/** CBLAS's names for row-major storage and for (un)transposed operands. */
const ROW_MAJOR = 101;
const TRANSPOSE = [111, 112] as const;

type Symbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
type Sgemm = Symbols["cblas_sgemm"];

/**
 * Opens the BLAS that `KCELLFM_BLAS` names (a path, or "off"), else the first one the system's loader finds.
 *
 * @throws {KcellfmError} tag "backend", when the named library cannot be opened.
 */
export function openBlas(forced?: string): Blas {
  if (forced === "off") return noBlas("off");
  if (forced) return blasOf(forced, openForced(forced));
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
    return noBlas("none (needs --allow-ffi)");
  }
  for (const path of CANDIDATES[Deno.build.os] ?? []) {
    const symbols = openOrNull(path);
    if (symbols) return blasOf(path, symbols);
  }
  return noBlas("none found", installCommand());
}

/** The command that installs OpenBLAS, by package manager. */
const INSTALL: Record<string, string> = {
  "apt-get": "sudo apt-get install libopenblas0",
  dnf: "sudo dnf install openblas",
  zypper: "sudo zypper install libopenblas_pthreads0",
  pacman: "sudo pacman -S openblas",
  apk: "sudo apk add openblas",
};

/** The command for this machine; of Windows, where none puts a library into the search path, that of conda. */
export function installCommand(os: string = Deno.build.os, isThere = isOnPath): string | undefined {
  if (os === "windows") return "conda install -c conda-forge openblas, then KCELLFM_BLAS=<its openblas.dll>";
  const manager = Object.keys(INSTALL).find(isThere);
  return manager && INSTALL[manager];
}

const isOnPath = (program: string): boolean =>
  (Deno.env.get("PATH") ?? "").split(":").some((folder) => existsSync(join(folder, program)));

function blasOf(name: string, symbols: Symbols): Blas {
  const setThreads = (threads: number): number | null => {
    const before = symbols.openblas_get_num_threads?.() ?? symbols.MKL_Get_Max_Threads?.() ??
      symbols.bli_thread_get_num_threads?.();
    symbols.openblas_set_num_threads?.(threads);
    symbols.MKL_Set_Num_Threads?.(threads);
    symbols.bli_thread_set_num_threads?.(BigInt(threads));
    return before === undefined ? null : Number(before);
  };
  return { name, gemmOn: (memory) => gemmOn(symbols.cblas_sgemm, memory), setThreads };
}

function openForced(path: string): Symbols {
  try {
    return open(path);
  } catch (error) {
    throw backendError(
      `Cannot open the BLAS library KCELLFM_BLAS=${path}: ${messageOf(error)}; give the path of a library ` +
        `with cblas_sgemm, or "off"`,
      error,
    );
  }
}

function openOrNull(path: string): Symbols | null {
  try {
    return open(path);
  } catch {
    return null;
  }
}

/** The variable that OpenBLAS reads as it is loaded: the processor to tune for. */
const CORE = "OPENBLAS_CORETYPE";

/** Opens a library; an OpenBLAS that does not know this processor is told the processor's features and reopened. */
function open(path: string): Symbols {
  const library = Deno.dlopen(path, SYMBOLS);
  const name = library.symbols.openblas_get_corename?.() ?? null;
  if (name === null || Deno.env.has(CORE)) return library.symbols;
  const core = betterCore(Deno.UnsafePointerView.getCString(name), processorFlags());
  if (core === null) return library.symbols;
  library.close();
  Deno.env.set(CORE, core);
  return Deno.dlopen(path, SYMBOLS).symbols;
}

/** `sgemm` by offsets into `memory`, wherever it is mapped now. */
function gemmOn(sgemm: Sgemm, memory: WebAssembly.Memory): Gemm {
  let buffer: ArrayBufferLike | null = null;
  let base = 0;
  const address = (offset: number) => BigInt(base + (offset >>> 0));
  return (transposeA, transposeB, m, n, k, a, lda, b, ldb, accumulate, c, ldc) => {
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
