import process from "node:process";
import packages from "../../deno.json" with { type: "json" };

/** The libraries whose versions can change a result. */
const RECORDED = [
  "@tensorflow/tfjs-core",
  "@tensorflow/tfjs-backend-wasm",
  "@tensorflow/tfjs-backend-webgpu",
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

/** Highest resident memory of this process so far, in MB (10^6 bytes). */
export const peakMemoryMb = (): number => Math.round(process.resourceUsage().maxRSS * 1024 / 1e6);
