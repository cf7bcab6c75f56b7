import { dirname, join, normalize, relative } from "node:path";
import { type Notebook, readNotebook } from "../notebook/format.ts";

/** The longest file and the longest notebook cell, in lines. */
export const LIMITS = { file: 300, cell: 12 } as const;

/**
 * The folders of lib that know models, lowest first: a folder imports only lower ones, and two on the same step
 * do not know each other. The other folders know nothing of models and import only each other. Below them all lies
 * `tensor`, the one door to TensorFlow.js.
 */
export const MODEL_LAYERS = [
  ["kernels"],
  ["nn"],
  ["text", "cell"],
  ["train"],
  ["tasks"],
  ["notebook"],
  ["cli"],
] as const;

/** A source file: its path from the root, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Every breach of the house rules under `root`, one line each; none when all is well. */
export async function houseProblems(root: string): Promise<string[]> {
  const files = await sourceFiles(root);
  const notebooks = await notebookFiles(root);
  return [
    ...files.flatMap(importProblems),
    ...files.flatMap(doorProblems),
    ...kernelProblems(files),
    ...files.flatMap(lengthProblems),
    ...files.flatMap(pathProblems),
    ...notebooks.flatMap(cellProblems),
  ];
}

/** TypeScript of lib, tests and bench. */
export async function sourceFiles(root: string): Promise<SourceFile[]> {
  const paths =
    (await Promise.all(["lib", "tests", "bench"].map((folder) => walk(join(root, folder), ".ts")))).flat();
  return await Promise.all(
    paths.map(async (path) => ({
      path: relative(root, path).replaceAll("\\", "/"),
      text: await Deno.readTextFile(path),
    })),
  );
}

/** The notebooks of the walkthrough, with their paths from the root. */
export async function notebookFiles(root: string): Promise<{ path: string; notebook: Notebook }[]> {
  const paths = await walk(join(root, "notebooks"), ".ipynb");
  return await Promise.all(
    paths.map(async (path) => ({ path: relative(root, path), notebook: await readNotebook(path) })),
  );
}

async function walk(folder: string, ending: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory && !name.startsWith(".")) found.push(...await walk(join(folder, name), ending));
      else if (name.endsWith(ending)) found.push(join(folder, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}

/** Imports that go against the direction of the layers. */
export function importProblems({ path, text }: SourceFile): string[] {
  const from = folderOf(path);
  if (from === null) return [];
  return importsOf(path, text).flatMap((target) => {
    const to = folderOf(target);
    return to === null || mayImport(from, to)
      ? []
      : [`${path}: lib/${from} must not import lib/${to} (${target})`];
  });
}

/** The folder of lib that a path lies in; null outside. */
function folderOf(path: string): string | null {
  return /^lib\/([^/]+)\/./.exec(path)?.[1] ?? null;
}

function importsOf(path: string, text: string): string[] {
  const names = text.matchAll(
    /^(?:import|export)\s(?:[^;"']*?\sfrom\s+)?["']([^"']+)["']|\bimport\(["']([^"']+)["']\)/gm,
  );
  return [...names].map(([, quoted, dynamic]) => quoted ?? dynamic)
    .filter((name) => /^\.|^lib\//.test(name))
    .map((name) => name.startsWith("lib/") ? name : normalize(join(dirname(path), name)));
}

function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  const layerOf = (folder: string) =>
    MODEL_LAYERS.findIndex((layer) => (layer as readonly string[]).includes(folder));
  if (to === "tensor") return true;
  if (from === "tensor" || from === "runtime") return false;
  return layerOf(to) < layerOf(from) || (layerOf(from) === -1 && layerOf(to) === -1);
}

/** Imports of TensorFlow.js past `lib/tensor`, which alone registers the gradients. */
export function doorProblems({ path, text }: SourceFile): string[] {
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
    for (const target of importsOf(path, text)) importers.set(target, [...importers.get(target) ?? [], path]);
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

function lengthProblems({ path, text }: SourceFile): string[] {
  const lines = text.split("\n").length - 1;
  return lines > LIMITS.file
    ? [`${path}: ${lines} lines; a file has at most ${LIMITS.file}, split it by topic`]
    : [];
}

/** Paths of one machine, as they slip in while trying things out. */
export function pathProblems({ path, text }: SourceFile): string[] {
  return text.split("\n").flatMap((line, i) => {
    const found =
      /["'`](?:file:\/\/)?(\/(?:home|root|Users|work|tmp|usr|mnt|opt)\/[^"'`]*|[A-Z]:\\[^"'`]+)["'`]/.exec(
        line,
      );
    return found ? [`${path}:${i + 1}: the absolute path ${found[1]} exists on one machine only`] : [];
  });
}

/** Cells too long to read at a glance. */
export function cellProblems({ path, notebook }: { path: string; notebook: Notebook }): string[] {
  const cells = notebook.cells.filter((cell) => cell.cell_type === "code");
  return cells.flatMap(({ source }, i) => {
    const lines = source.trim().split("\n").length;
    return lines > LIMITS.cell
      ? [`${path} cell ${i + 1}: ${lines} lines; a cell has at most ${LIMITS.cell}, move code to lib`]
      : [];
  });
}
