import { configureBrowser } from "../../lib/runtime/host/browser/mod.ts";
import { loadAssets, readManifest } from "./assets.ts";

/** The entry of a worker that shares the embedding of cells: it fetches the kernels, then serves as lib's own worker does. */
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent) => void) | null;
  location: Location;
};

/** Messages that come before lib listens. */
const early: MessageEvent[] = [];
const collect = (event: MessageEvent) => void early.push(event);
scope.onmessage = collect;

const base = new URL("./", scope.location.href).href;
const env = Object.fromEntries(new URL(scope.location.href).searchParams);
configureBrowser({ env, wasmFolder: `${base}files/tfjs/`, workers: {} });
const { kernels } = await readManifest(base);
await loadAssets(base, kernels);
await import("../../lib/cell/embedding/worker.ts");
for (const event of early) scope.onmessage?.(event);
