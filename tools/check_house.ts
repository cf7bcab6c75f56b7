import { join, relative } from "node:path";
import { type Notebook, readNotebook } from "../lib/notebook/mod.ts";
import { importProblems } from "./check_imports.ts";
import { kernelProblems, tensorProblems } from "./check_kernels.ts";
import { platformProblems } from "./check_platform.ts";

/** The longest file and the longest notebook cell, in lines. */
export const LIMITS = { file: 300, cell: 16 } as const;

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
    ...importProblems(files),
    ...filingProblems(files.map(({ path }) => path)),
    ...kernelProblems(files),
    ...files.flatMap(tensorProblems),
    ...files.flatMap(platformProblems),
    ...files.flatMap(lengthProblems),
    ...files.flatMap(pathProblems),
    ...files.flatMap(spreadProblems),
    ...notebooks.flatMap(cellProblems),
    ...notebooks.flatMap(({ path, notebook }) =>
      codeCells(notebook).flatMap((text) => spreadProblems({ path, text }))
    ),
  ];
}

/** TypeScript of lib, tools, tests and bench. */
export async function sourceFiles(root: string): Promise<SourceFile[]> {
  const paths =
    (await Promise.all(["lib", "tools", "tests", "bench"].map((folder) => walk(join(root, folder), ".ts"))))
      .flat();
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

/** Spreads of literals, which only put several properties on one line. */
export function spreadProblems({ path, text }: SourceFile): string[] {
  const at = text.split("\n").findIndex((line) => /^[^"'`/]*\.\.\.\{/.test(line));
  return at < 0 ? [] : [`${path}:${at + 1}: write the properties out in place of a spread of a literal`];
}

const codeCells = ({ cells }: Notebook): string[] =>
  cells.filter((cell) => cell.cell_type === "code").map(({ source }) => source);

/** Cells too long to read at a glance. */
export function cellProblems({ path, notebook }: { path: string; notebook: Notebook }): string[] {
  return codeCells(notebook).flatMap((source, i) => {
    const lines = source.trim().split("\n").length;
    return lines > LIMITS.cell
      ? [`${path} cell ${i + 1}: ${lines} lines; a cell has at most ${LIMITS.cell}, move code to lib`]
      : [];
  });
}

/** Files of every experiment: its door, what it can run on, what runs it and its results file. */
const FILING = ["mod.ts", "sets.ts", "run.ts", "result.ts"];

/** Names that do not say what is in a file. */
const VAGUE = ["experiment.ts", "report.ts", "results.ts", "types.ts", "walkthrough.ts"];

/** Experiments that lack a file that all have, and their files with a vague name. */
export function filingProblems(paths: readonly string[]): string[] {
  const filed = paths.flatMap((path) => {
    const [, name, file] = path.match(/^lib\/experiments\/(\w+)\/(.+)$/) ?? [];
    return file ? { path, name, file } : [];
  });
  const experiments = Map.groupBy(filed, ({ name }) => name);
  return [
    ...[...experiments].flatMap(([name, files]) =>
      FILING.filter((wanted) => !files.some(({ file }) => file === wanted))
        .map((wanted) => `lib/experiments/${name}: it has no ${wanted}`)
    ),
    ...filed.filter(({ file }) => VAGUE.includes(file))
      .map(({ path }) => `${path}: the name does not say what is in it`),
  ];
}
