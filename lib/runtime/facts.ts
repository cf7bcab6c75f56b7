import packages from "../../deno.json" with { type: "json" };

/** The libraries whose versions can change a result. */
const RECORDED = [
  "@tensorflow/tfjs",
  "@tensorflow/tfjs-backend-wasm",
  "@huggingface/tokenizers",
  "h5wasm/node",
  "umap-js",
];

/** Versions of this product, of Deno and of the libraries that numbers depend on, for results and checkpoints. */
export function versions(): Record<string, string> {
  const imports: Record<string, string> = packages.imports;
  const recorded = RECORDED.map((name) => [name, imports[name].match(/@(\d[^/]*)/)?.[1] ?? "unknown"]);
  return { kcellfm: packages.version, deno: Deno.version.deno, ...Object.fromEntries(recorded) };
}

/** Highest resident memory of this process so far in MB (10^6 bytes); null where the system does not tell. */
export function peakMemoryMb(): number | null {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    const kib = status.match(/VmHWM:\s+(\d+) kB/)?.[1];
    return kib ? Math.round(Number(kib) * 1024 / 1e6) : null;
  } catch {
    return null; // not Linux, or not allowed to read /proc
  }
}
