import { join } from "node:path";
import { type Notebook, readNotebook } from "../lib/notebook/mod.ts";

/** A notebook's code cells as one module, and where each of its lines came from. */
export interface JoinedNotebook {
  readonly text: string;
  /** The cell (from 1) and the line in it (from 1) of a line of the module (from 1). */
  readonly origin: (line: number) => { cell: number; line: number };
}

/** Joins the code cells of a notebook, which the kernel runs in one scope, so that the compiler can see them. */
export function joinCells(notebook: Notebook): JoinedNotebook {
  const sources = notebook.cells.filter((cell) => cell.cell_type === "code").map(({ source }) =>
    source.split("\n")
  );
  const origins = sources.flatMap((lines, cell) =>
    lines.map((_, line) => ({ cell: cell + 1, line: line + 1 }))
  );
  return {
    // a notebook without imports is a module too: its cells may await
    text: sources.map((lines) => lines.join("\n")).join("\n") + "\nexport {};\n",
    origin: (line) => origins[line - 1] ?? { cell: sources.length, line: 1 },
  };
}

/** A notebook of the walkthrough, with its path from the root. */
interface NotebookFile {
  readonly path: string;
  readonly notebook: Notebook;
}

/**
 * Type-checks notebooks by joining their cells.
 *
 * @returns what the compiler says, each place named as "notebooks/01-x.ipynb cell 3 line 2".
 */
export async function notebookTypeProblems(
  notebooks: readonly NotebookFile[],
  root: string,
): Promise<string[]> {
  if (notebooks.length === 0) return [];
  return await withTemporaryFolder(async (folder) => {
    const joined = notebooks.map(({ path, notebook }, i) => {
      const file = join(folder, `notebook-${i}.ts`);
      return { path, file, ...joinCells(notebook) };
    });
    for (const { file, text } of joined) await Deno.writeTextFile(file, text);
    const files = joined.map(({ file }) => file);
    const { code, text } = await runDeno(
      ["check", "--quiet", "--config", join(root, "deno.json"), ...files],
      root,
    );
    return code === 0 ? [] : [namePlaces(text, joined)];
  });
}

/** Notebooks that `deno fmt` would change; tried on copies, since `deno fmt --check` calls every notebook wrong. */
export async function notebookFormatProblems(
  notebooks: readonly NotebookFile[],
  root: string,
): Promise<string[]> {
  if (notebooks.length === 0) return [];
  return await withTemporaryFolder(async (folder) => {
    const copies = notebooks.map((_, i) => join(folder, `notebook-${i}.ipynb`));
    for (const [i, { path }] of notebooks.entries()) await Deno.copyFile(join(root, path), copies[i]);
    const { code, text } = await runDeno(
      ["fmt", "--quiet", "--config", join(root, "deno.json"), ...copies],
      root,
    );
    if (code !== 0) return [text];
    const formatted = await Promise.all(copies.map(readNotebook));
    const wrong = notebooks.filter(({ notebook }, i) =>
      joinCells(notebook).text !== joinCells(formatted[i]).text
    );
    return wrong.map(({ path }) => `${path}: run deno fmt`);
  });
}

async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "kcellfm-check-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface CheckedFile extends JoinedNotebook {
  readonly path: string;
  readonly file: string;
}

function namePlaces(text: string, checked: readonly CheckedFile[]): string {
  return text.replaceAll(
    /file:\/\/\S*?(notebook-\d+\.ts):(\d+):\d+/g,
    (place, name: string, line: string) => {
      const source = checked.find(({ file }) => file.endsWith(name));
      if (!source) return place;
      const at = source.origin(Number(line));
      return `${source.path} cell ${at.cell} line ${at.line}`;
    },
  );
}

/** Runs this very Deno with other arguments; both its streams as one text without colours. */
export async function runDeno(args: string[], cwd: string): Promise<{ code: number; text: string }> {
  const env = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd, env }).output();
  const decoder = new TextDecoder();
  return { code, text: `${decoder.decode(stdout)}${decoder.decode(stderr)}`.trim() };
}
