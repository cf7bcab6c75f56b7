import { basename, join, relative } from "node:path";
import type { Browser, Page } from "playwright-core";
import { readNotebook } from "lib/notebook/format.ts";
import { ROOT } from "lib/runtime/mod.ts";
import { figureProblem, type FigureState, type Scheme, watchedPage } from "./browser.ts";
import type { Check } from "../checks.ts";
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
}

/** Runs notebooks in JupyterLab as a reader would, and looks at every figure: one by day, the next by night. */
export async function* checkLab(browser: Browser, options: LabOptions): AsyncGenerator<Check> {
  const names = await copyNotebooks(options);
  await using server = await startLab(options);
  for (const [k, name] of names.entries()) {
    yield await checkNotebook(browser, { ...options, server, name, scheme: k % 2 ? "dark" : "light" });
  }
}

/** Copies below the repository, where their kernels find its deno.json. */
async function copyNotebooks({ notebooks, out }: LabOptions): Promise<string[]> {
  const from = join(ROOT, "notebooks");
  const names = [...Deno.readDirSync(from)].map(({ name }) => name).sort();
  const chosen = names.filter((name) => notebooks.some((prefix) => name.startsWith(prefix)));
  for (const name of chosen) await Deno.copyFile(join(from, name), join(out, name));
  return chosen;
}

interface NotebookOptions extends LabOptions {
  readonly server: LabServer;
  readonly name: string;
  readonly scheme: Scheme;
}

async function checkNotebook(browser: Browser, options: NotebookOptions): Promise<Check> {
  const { server, name, scheme, out, timeout } = options;
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1400, height: 1000 } });
  try {
    const { page, requests } = await watchedPage(context, ({ hostname }) => hostname === "127.0.0.1");
    const path = relative(ROOT, join(out, name));
    await page.goto(`${server.url}/lab/tree/${path}?token=${server.token}`);
    const { cells: all } = await readNotebook(join(out, name));
    const codeCells = all.filter(({ cell_type, source }) => cell_type === "code" && source.trim() !== "");
    await page.waitForFunction(`kcellfmInspect.ready(${codeCells.length})`, null, { timeout: 60_000 });
    const cells = await runAll(page, timeout);
    const figures = await lookAtFigures(page, {
      cells,
      pictures: join(out, `lab-${basename(name, ".ipynb")}`),
    });
    const problems = [
      ...cells.flatMap(cellProblems),
      ...figures.problems,
      ...requests.map((url) => `it asked the network for ${url}`),
    ];
    return {
      name: `${name} in JupyterLab, ${scheme}: ${cells.length} cells, ${figures.count} figures`,
      problems,
    };
  } finally {
    await context.close();
  }
}

/** A code cell as JupyterLab has it. */
interface CellState {
  readonly source: string;
  readonly done: boolean;
  readonly outputs: readonly { readonly type: string; readonly figure: boolean; readonly error: string }[];
}

const cellsOf = (page: Page) => page.evaluate<CellState[]>("kcellfmInspect.cells()");

/** Chooses Run All Cells from the menu, and waits until the last cell has ended or one has failed. */
async function runAll(page: Page, seconds: number): Promise<CellState[]> {
  await page.locator(".lm-MenuBar-itemLabel", { hasText: /^Run$/ }).click();
  await page.locator(".lm-Menu-itemLabel", { hasText: /^Run All Cells$/ }).click();
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline) {
    const cells = await cellsOf(page);
    if (cells.every(({ done }) => done) || cells.some(failed)) break;
    await page.waitForTimeout(500);
  }
  return await cellsOf(page);
}

const failed = ({ outputs }: CellState) => outputs.some(({ error }) => error !== "");

function cellProblems({ source, done, outputs }: CellState, index: number): string[] {
  const place = `cell ${index + 1}`;
  const silent = /\bshow\(/.test(source) && outputs.length === 0;
  return [
    ...done ? [] : [`${place} did not end`],
    ...silent ? [`${place} calls show() but has no output`] : [],
    ...outputs.flatMap(({ error }) => error ? [`${place}: ${error}`] : []),
  ];
}

interface Looking {
  readonly cells: readonly CellState[];
  /** Screenshots are named so, with the cell's number behind. */
  readonly pictures: string;
}

/** Scrolls to each cell with a figure; what the kernel sent and what the page draws must be as many. */
async function lookAtFigures(page: Page, { cells, pictures }: Looking) {
  const problems: string[] = [];
  let count = 0;
  for (const [index, { outputs }] of cells.entries()) {
    const sent = outputs.filter(({ figure }) => figure).length;
    if (sent === 0) continue;
    const figures = await figuresOf(page, index);
    await page.screenshot({ path: `${pictures}-cell${index + 1}.png` });
    count += figures.length;
    if (figures.length !== sent) {
      problems.push(`cell ${index + 1}: ${figures.length} of ${sent} figures shown`);
    }
    problems.push(...figures.map(figureProblem).filter((problem) => problem !== null));
  }
  return { count, problems };
}

async function figuresOf(page: Page, index: number): Promise<FigureState[]> {
  const node = `kcellfmInspect.nodeOf(${index})`;
  await page.evaluate(`kcellfmInspect.scrollTo(${index})`);
  await page.waitForFunction(`kcellfmInspect.drawn(${node})`, null, { timeout: 30_000 }).catch(() => {});
  return await page.evaluate<FigureState[]>(`kcellfmInspect.figures(${node})`);
}
