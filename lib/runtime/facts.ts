import packages from "../../deno.json" with { type: "json" };
import { host } from "./host/mod.ts";

/** The libraries whose versions can change a result. */
const RECORDED = [
  "@tensorflow/tfjs-core",
  "@tensorflow/tfjs-backend-wasm",
  "@tensorflow/tfjs-backend-webgpu",
  "@huggingface/tokenizers",
  "h5wasm",
  "umap-js",
];

/** Versions of this product, of what runs it and of the libraries that numbers depend on, for results and checkpoints. */
export function versions(): Record<string, string> {
  const imports: Record<string, string> = packages.imports;
  const recorded = RECORDED.map((name) => [name, imports[name].match(/@(\d[^/]*)/)?.[1] ?? "unknown"]);
  return { kcellfm: packages.version, ...host.versions, ...Object.fromEntries(recorded) };
}

/** Highest resident memory of this process so far, in MB (10^6 bytes); 0 where nobody says. */
export const peakMemoryMb = (): number => Math.round((host.peakMemory() ?? 0) / 1e6);
