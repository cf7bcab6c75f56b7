import type { SourceFile } from "./check_house.ts";
import { importsOf } from "./check_imports.ts";

/** Imports of TensorFlow.js past `lib/tensor`, which alone registers the gradients. */
export function tensorProblems({ path, text }: SourceFile): string[] {
  if (path.startsWith("lib/tensor/")) return [];
  const past = /(?:from |import |import\()"(@tensorflow\/tfjs(?:-core)?)"/.exec(text);
  return past
    ? [`${path}: imports ${past[1]}; import lib/tensor/mod.ts, where gradients are registered`]
    : [];
}

/** The fast forms of operators: lib/kernels/OPERATOR/BACKEND.ts. */
const FAST_FORM = /^lib\/kernels\/[^/]+\/(wasm|webgpu|tensorflow)\.ts$/;

/** Fast forms that their backend does not register, and forms of wasm that others import, who would then need it. */
export function kernelProblems(files: readonly SourceFile[]): string[] {
  const importers = new Map<string, string[]>();
  for (const { path, text } of files) {
    for (const { to } of importsOf({ path, text })) importers.set(to, [...importers.get(to) ?? [], path]);
  }
  return files.flatMap(({ path }) => {
    const backend = FAST_FORM.exec(path)?.[1];
    if (!backend) return [];
    const door = `lib/kernels/${backend}/mod.ts`;
    const by = importers.get(path) ?? [];
    const missing = by.includes(door) ? [] : [`${path}: ${door} does not register it`];
    const others = backend === "wasm" ? by.filter((importer) => importer !== door) : [];
    return [...missing, ...others.map((importer) => `${importer}: only ${door} imports ${path}`)];
  });
}
