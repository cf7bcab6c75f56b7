import { dirname, join, normalize } from "node:path";
import { ROOT, sha256 } from "../../runtime/mod.ts";
import type { Notebook } from "../format.ts";

/** Files beside TypeScript that outputs depend on: models, tables, kernels and the list of data. */
const OTHERS = /^(checkpoints\/.*\.(json|tsv)|data\/registry\.json|deno\.lock|lib\/.*\.(tsv|wasm|js))$/;

/** Tells by a key whether a notebook would be run as before; make one for a whole book, since it reads files once. */
export class ChapterKeys {
  readonly #texts = new Map<string, Promise<string>>();
  #others: Promise<string> | null = null;

  /**
   * The hash of all that a notebook's outputs depend on here: its code, the settings, every file of lib that its code
   * reaches by imports, and the models and tables that come with the repository.
   */
  async of({ cells }: Notebook, settings: Readonly<Record<string, string>>): Promise<string> {
    const code = cells.map(({ source }) => source).join("\n");
    const reached = new Map<string, string>();
    await this.#reach(importsOf(code, ""), reached);
    this.#others ??= hashOthers();
    const parts = [code, JSON.stringify(settings), await this.#others, ...[...reached].sort().flat()];
    return await sha256(new TextEncoder().encode(parts.join("\0")));
  }

  async #reach(paths: readonly string[], reached: Map<string, string>): Promise<void> {
    for (const path of paths) {
      if (reached.has(path)) continue;
      const text = await this.#read(path);
      reached.set(path, text);
      await this.#reach(importsOf(text, dirname(path)), reached);
    }
  }

  #read(path: string): Promise<string> {
    const known = this.#texts.get(path) ?? Deno.readTextFile(join(ROOT, path)).catch(() => "");
    this.#texts.set(path, known);
    return known;
  }
}

/** The files of this repository that a text imports, as paths from the root. */
function importsOf(text: string, folder: string): string[] {
  const names = text.matchAll(
    /(?:from|import|import\(|new URL\()\s*["']((?:\.|lib\/)[^"']+\.(?:ts|js))["']/g,
  );
  return [...names].map(([, name]) => name.startsWith(".") ? normalize(join(folder, name)) : name);
}

async function hashOthers(): Promise<string> {
  const found: string[] = [];
  for (const folder of ["checkpoints", "data", "lib"]) await collect(folder, found);
  found.push("deno.lock");
  const hashes = await Promise.all(
    found.filter((path) => OTHERS.test(path)).sort().map(async (path) =>
      `${path} ${await sha256(await Deno.readFile(join(ROOT, path)))}`
    ),
  );
  return hashes.join("\n");
}

async function collect(folder: string, found: string[]): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    const path = `${folder}/${name}`;
    if (!isDirectory) found.push(path);
    else if (path !== "data/cache" && path !== "data/results") await collect(path, found);
  }
}
