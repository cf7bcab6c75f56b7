import type { SourceFile } from "./check_house.ts";
import { ROOMS } from "./check_imports.ts";

/** The rooms that know no platform: all up to `annotate`. */
export const CORE: readonly string[] = ROOMS.slice(0, ROOMS.indexOf("annotate") + 1);

/** Packages that need Deno or Node: native ones, and those that call their files and streams. */
const NATIVE = ["h5wasm/node", "jsdom", "nodejs-polars", "playwright-core", "tar", "zeromq"];

/** Names of a platform in the core, which reaches it through `host` alone. */
export function platformProblems({ path, text }: SourceFile): string[] {
  if (!isCore(path)) return [];
  return text.split("\n").flatMap((line, i) => {
    if (/^\s*(?:\/?\*|\/\/)/.test(line)) return [];
    const found = /\bDeno\.|\bprocess\.|\bimport\.meta\b/.exec(line)?.[0] ?? nativeImport(line);
    return found ? [`${path}:${i + 1}: ${found} names a platform; reach it through host of lib/runtime`] : [];
  });
}

function isCore(path: string): boolean {
  const [lib, room] = path.split("/");
  return lib === "lib" && CORE.includes(room) && !path.startsWith("lib/runtime/host/");
}

function nativeImport(line: string): string | null {
  const name = /(?:from |import |import\()"([^".][^"]*)"/.exec(line)?.[1];
  return name && (name.startsWith("node:") || NATIVE.includes(name)) ? name : null;
}
