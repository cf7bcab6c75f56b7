import { relative } from "node:path";
import type { Page } from "playwright-core";
import { readNotebook } from "../../lib/notebook/format.ts";
import { ROOT } from "../../lib/runtime/mod.ts";
import { figureProblem, type FigureState } from "./browser.ts";
import type { LabServer } from "./lab_server.ts";

/** A code cell as JupyterLab has it. */
export interface CellState {
  readonly source: string;
  readonly done: boolean;
  readonly outputs: readonly { readonly type: string; readonly figure: boolean; readonly error: string }[];
}

/** Opens a notebook of the repository; its kernel must start by itself, with no question asked. */
export async function openNotebook(
  page: Page,
  { server, file }: { server: LabServer; file: string },
): Promise<void> {
  const { cells } = await readNotebook(file);
  const code = cells.filter(({ cell_type, source }) => cell_type === "code" && source.trim() !== "");
  const path = relative(ROOT, file);
  await page.goto(`${server.url}/lab/tree/${path}?token=${server.token}&reset`); // not the tabs of the last one
  await page.waitForFunction(`kcellfmInspect.ready(${JSON.stringify(path)}, ${code.length})`);
}

const cellsOf = (page: Page) => page.evaluate<CellState[]>("kcellfmInspect.cells()");

/** Chooses Run All Cells from the menu, and waits until the last cell has ended or one has failed. */
export async function runAll(page: Page, seconds: number): Promise<CellState[]> {
  await page.locator(".lm-MenuBar-itemLabel", { hasText: /^Run$/ }).click();
  await page.locator(".lm-Menu-itemLabel", { hasText: /^Run All Cells$/ }).click();
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline) {
    const cells = await cellsOf(page);
    await page.waitForTimeout(500); // also for what comes out after a cell's end
    if (cells.every(({ done }) => done) || cells.some(failed)) break;
  }
  return await cellsOf(page);
}

const failed = ({ outputs }: CellState) => outputs.some(({ error }) => error !== "");

interface Looking {
  readonly cells: readonly CellState[];
  /** Screenshots are named so, with the cell's number behind. */
  readonly pictures: string;
  /** False where scripts may not run: the static picture must stand there. */
  readonly interactive: boolean;
}

/** Scrolls to each cell with a figure; what the kernel sent and what the page shows must be as many. */
export async function lookAtFigures(page: Page, { cells, pictures, interactive }: Looking) {
  const problems: string[] = [];
  let count = 0;
  for (const [index, { outputs }] of cells.entries()) {
    const sent = outputs.filter(({ figure }) => figure).length;
    if (sent === 0) continue;
    await page.evaluate(`kcellfmInspect.scrollTo(${index})`);
    const found = interactive ? await drawnFigures(page, index) : await staticFigures(page, index);
    await page.screenshot({ path: `${pictures}-cell${index + 1}.png` });
    count += found.count;
    if (found.count !== sent) problems.push(`cell ${index + 1}: ${found.count} of ${sent} figures shown`);
    problems.push(...found.problems);
  }
  return { count, problems };
}

async function drawnFigures(page: Page, index: number) {
  const node = `kcellfmInspect.nodeOf(${index})`;
  await page.waitForFunction(`kcellfmInspect.drawn(${node})`).catch(() => {});
  const figures = await page.evaluate<FigureState[]>(`kcellfmInspect.figures(${node})`);
  return {
    count: figures.length,
    problems: figures.map(figureProblem).filter((problem) => problem !== null),
  };
}

async function staticFigures(page: Page, index: number) {
  const pictures = `kcellfmInspect.pictures(kcellfmInspect.nodeOf(${index}))`;
  await page.waitForFunction(`${pictures} > 0`).catch(() => {});
  return { count: await page.evaluate<number>(pictures), problems: [] };
}
