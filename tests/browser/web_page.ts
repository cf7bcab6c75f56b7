import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { type Watched, watchedPage } from "./browser.ts";

/** The page in a browser, and all that it asked for. */
export interface OpenPage extends Watched {
  readonly context: BrowserContext;
  /** Every request of the page and its workers, as "GET http://...". */
  readonly asked: string[];
}

/** Opens the page and waits until a file can be dropped, and workers share memory. */
export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const asked: string[] = [];
  context.on("request", (request) => void asked.push(`${request.method()} ${request.url()}`));
  const { origin } = new URL(address);
  const watched = await watchedPage(context, (url) => url.origin === origin);
  await watched.page.goto(address);
  await until(watched.page, "crossOriginIsolated");
  await watched.page.locator("#cells-title").waitFor();
  return { ...watched, context, asked };
}

const PATIENCE_MS = 120_000;

/** Waits until an expression is true: playwright's own way evaluates text, which the page's policy forbids. */
export async function until(page: Page, expression: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    if (await page.evaluate(expression).catch(() => false)) return; // while a page loads anew there is nobody to ask
    await page.waitForTimeout(100);
  }
  throw new Error(`the page did not come to ${expression}`);
}

/** What the page shows of files that were given: its answer, or its one line. */
export async function giveFiles(
  page: Page,
  files: readonly string[],
): Promise<"answer" | { refused: string }> {
  await page.evaluate("document.querySelectorAll('.results').forEach((old) => old.remove())");
  await page.setInputFiles("#cells", [...files]);
  return await answerOrLine(page);
}

export async function answerOrLine(page: Page): Promise<"answer" | { refused: string }> {
  const alert = page.locator(".alert p").first();
  await page.locator(".results").or(alert).first().waitFor();
  return await alert.isVisible() ? { refused: await alert.innerText() } : "answer";
}

/** Saves one of the answers into a folder, and returns its path. */
export async function save(page: Page, what: "table" | "report" | "h5ad", folder: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(`[data-download="${what}"]`).click(),
  ]);
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

/** Waits until the map has its points. */
export const mapDrawn = (page: Page): Promise<void> =>
  page.locator("#map .scatterlayer .point").first().waitFor();
