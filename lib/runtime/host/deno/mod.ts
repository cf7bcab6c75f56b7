import process from "node:process";
import { createHash } from "node:crypto";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Host } from "../types.ts";
import { compression } from "./compression.ts";
import { compute } from "./compute.ts";
import { files } from "./files.ts";

export { plotlyPath } from "./plotly_path.ts";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../../..");

/** Deno on a computer: its files, its processes, native libraries where there are any. */
export const host: Host = {
  versions: { deno: Deno.version.deno },
  root: ROOT,
  files,
  paths: {
    basename,
    dirname,
    extname,
    join,
    relative,
    resolve,
    fromUrl: fileURLToPath,
    toUrl: (path) => pathToFileURL(path),
  },
  compression,
  compute,
  env: (name) => Deno.env.get(name),
  peakMemory: () => process.resourceUsage().maxRSS * 1024,
  turn: () => setImmediate(),
  onInterrupt(listener) {
    Deno.addSignalListener("SIGINT", listener);
    return () => Deno.removeSignalListener("SIGINT", listener);
  },
  startWorker: (module, name) => new Worker(pathToFileURL(join(ROOT, module)), { type: "module", name }),
  createHash() {
    const hash = createHash("sha256");
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
  },
  // both are loaded when needed: few runs unpack archives or draw pictures
  unpackTar: async (...call) => (await import("./tar.ts")).unpackTar(...call),
  startPlotly: async (prepare) => (await import("./plotly.ts")).startPlotly(prepare),
};
