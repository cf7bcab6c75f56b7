import { sha256 } from "@noble/hashes/sha2.js";
import { basename, dirname, extname, join, relative, resolve } from "pathe";
import { fileError } from "../../errors.ts";
import type { Host } from "../types.ts";
import { compression } from "./compression.ts";
import { compute } from "./compute.ts";
import { files } from "./files.ts";
import { currentSettings } from "./settings.ts";

export { blobAt, putFile } from "./files.ts";
export { type BrowserSettings, configureBrowser } from "./settings.ts";

/** Our own files have paths below this one, wherever they are fetched from. */
const ROOT = "/kcellfm";

const interrupted = new Set<() => void>();

/** The browser's substitute for Ctrl-C in a terminal. */
export function interrupt(): void {
  for (const listener of [...interrupted]) listener();
}

/** A worker of a web page. Nothing happens when this is loaded: {@linkcode configureBrowser} comes first. */
export const host: Host = {
  get versions() {
    return { browser: browserVersion(navigator.userAgent) };
  },
  root: ROOT,
  files,
  paths: {
    basename,
    dirname,
    extname,
    join,
    relative,
    resolve,
    fromUrl: ({ pathname }) => decodeURIComponent(pathname),
    toUrl: (path) => new URL(`file://${encodeURI(path)}`),
  },
  compression,
  compute,
  env: (name) => currentSettings().env[name],
  peakMemory: () => null,
  turn,
  onInterrupt(listener) {
    interrupted.add(listener);
    return () => void interrupted.delete(listener);
  },
  startWorker(module, name) {
    const address = currentSettings().workers[module];
    if (address === undefined) throw new Error(`the page has no worker ${module}`);
    return new Worker(address, { type: "module", name });
  },
  createHash() {
    const hash = sha256.create();
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest().toHex() };
  },
  unpackTar: (archive) =>
    Promise.reject(fileError(`Cannot unpack ${archive} in a browser; unpack it and give its files`)),
  startPlotly: async (prepare) => (await import("./plotly.ts")).startPlotly(prepare),
};

/** Timers wait for at least 4 ms when they follow each other; messages do not. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Such as "Chrome 149" or "Firefox 140": the browser's own description, shortened. */
export function browserVersion(agent: string): string {
  const [, name, version] = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(agent) ?? [];
  if (name === undefined) return "unknown";
  return `${name === "Version" ? "Safari" : name === "Edg" ? "Edge" : name} ${version}`;
}
