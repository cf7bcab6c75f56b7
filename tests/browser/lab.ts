import { basename, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { ROOT } from "../../lib/runtime/mod.ts";
import { attempt, type Check } from "../checks.ts";
import { type Scheme, watchedPage } from "./browser.ts";
import { type CellState, lookAtFigures, openNotebook, runAll } from "./lab_page.ts";
import { type LabServer, startLab } from "./lab_server.ts";

export interface LabOptions {
  /** The `jupyter` program. */
  readonly jupyter: string;
  /** Notebooks whose names begin so. */
  readonly notebooks: readonly string[];
  /** Where copies of the notebooks and screenshots go: JupyterLab saves what it has run. */
  readonly out: string;
  /** Settings of the kernels: preset, cache. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds that a notebook may take. */
  readonly timeout: number;
  /** A folder of the same notebooks with outputs, from a run elsewhere. */
  readonly executed: string;
}

/**
 * Runs notebooks in JupyterLab as a reader would, and looks at every figure: one by day, the next by night. Then
 * opens the first as somebody else has run it, when JupyterLab lets none of its scripts run.
 */
export async function* checkLab(browser: Browser, options: LabOptions): AsyncGenerator<Check> {
  const { notebooks, out, executed } = options;
  const wanted = (name: string) => name.endsWith(".ipynb") && notebooks.some((it) => name.startsWith(it));
  const names = await copyFiles(join(ROOT, "notebooks"), { to: out, wanted });
  const saved = await copyFiles(executed, { to: join(out, "saved"), wanted });
  await using server = await startLab(options);
  for (const [k, name] of names.entries()) {
    const scheme = k % 2 ? "dark" : "light";
    yield await attempt(name, () => checkRun(browser, { ...options, server, name, scheme }));
  }
  for (const name of saved.slice(0, 1).map((it) => `saved/${it}`)) {
    yield await attempt(name, () => checkSaved(browser, { ...options, server, name, scheme: "light" }));
  }
}

/** Copies below the repository, where their kernels find its deno.json. */
async function copyFiles(
  from: string,
  { to, wanted }: { to: string; wanted: (name: string) => boolean },
): Promise<string[]> {
  await Deno.mkdir(to, { recursive: true });
  const names = await Array.fromAsync(Deno.readDir(from), ({ name }) => name).catch(() => []);
  const chosen = names.filter(wanted).sort();
  for (const name of chosen) await Deno.copyFile(join(from, name), join(to, name));
  return chosen;
}

interface NotebookOptions extends LabOptions {
  readonly server: LabServer;
  readonly name: string;
  readonly scheme: Scheme;
}

const checkRun = (browser: Browser, options: NotebookOptions): Promise<Check> =>
  onPage(browser, options, async (page) => {
    const cells = await runAll(page, options.timeout);
    const pictures = join(options.out, `lab-${basename(options.name, ".ipynb")}`);
    const figures = await lookAtFigures(page, { cells, pictures, interactive: true });
    const name =
      `${options.name} in JupyterLab, ${options.scheme}: ${cells.length} cells, ${figures.count} figures`;
    return { name, problems: [...cells.flatMap(cellProblems), ...figures.problems] };
  });

const checkSaved = (browser: Browser, options: NotebookOptions): Promise<Check> =>
  onPage(browser, options, async (page) => {
    const cells = await page.evaluate<CellState[]>("kcellfmInspect.cells()");
    const pictures = join(options.out, `lab-saved-${basename(options.name, ".ipynb")}`);
    const { count, problems } = await lookAtFigures(page, { cells, pictures, interactive: false });
    const none = count === 0 ? ["it has no saved figures"] : [];
    return {
      name: `${options.name} opened, not run: ${count} static figures`,
      problems: [...problems, ...none],
    };
  });

/** Opens the notebook, and adds what it asked of the network to what `look` found. */
async function onPage(
  browser: Browser,
  { server, name, scheme, out }: NotebookOptions,
  look: (page: Page) => Promise<Check>,
): Promise<Check> {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1400, height: 1000 } });
  try {
    const { page, requests } = await watchedPage(context, ({ hostname }) => hostname === "127.0.0.1");
    await openNotebook(page, { server, file: join(out, name) });
    const check = await look(page);
    const asked = requests.map((url) => `it asked the network for ${url}`);
    return { ...check, problems: [...check.problems, ...asked] };
  } finally {
    await context.close();
  }
}

function cellProblems({ source, done, outputs }: CellState, index: number): string[] {
  const place = `cell ${index + 1}`;
  const silent = /\bshow\(/.test(source) && outputs.length === 0;
  return [
    ...done ? [] : [`${place} did not end`],
    ...silent ? [`${place} calls show() but has no output`] : [],
    ...outputs.flatMap(({ error }) => error ? [`${place}: ${error}`] : []),
  ];
}
